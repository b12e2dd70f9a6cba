"""A copy of an OSV record as it is after its database has withdrawn it.

usage: withdrawn.py RECORD FOLDER: the record's file, and the folder that its copy is put into.
"""

import json
import sys
from pathlib import Path

AT = "2025-12-02T10:00:00Z"


def main():
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    record = json.loads(source.read_text()) | {"modified": AT, "withdrawn": AT}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / source.name).write_text(json.dumps(record))
    return 0


if __name__ == "__main__":
    sys.exit(main())
