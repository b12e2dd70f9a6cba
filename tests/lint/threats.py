"""The threat model held against the tests: every row that says what a compromise surrenders names what shows it, and
everything that is named is there: a test in Rust, a line of the list of rights, or a file.

usage: threats.py [ROOT]
"""

import re
import sys

from promises import tests, told

PAGE = "infra/aws/THREATS.md"
RIGHTS = "tests/deploy/policies/rights.mjs"


def rows(text):
    """(what it is about, what shows it) of every table whose last column is `shown by`."""
    shows = False
    for line in text.splitlines():
        if not line.startswith("|"):
            shows = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[-1] == "shown by":
            shows = True
        elif shows and not set(line) <= set("|- "):
            yield cells[0], cells[-1]


def problems(root):
    there, rights = tests(root), (root / RIGHTS).read_text()
    found = list(rows((root / PAGE).read_text()))
    if len(found) < 20:
        yield f"only {len(found)} rows: is it still the page that it was?"
    for about, shown in found:
        named, lines = re.findall(r"`([^`]+)`", shown), re.findall(r"\*([^*]+)\*", shown)
        if not named and not lines:
            yield f"{about}: nothing shows it"
        for name in named:
            if name not in there and not ("/" in name and (root / name).exists()):
                yield f"{about}: there is no test {name}"
        yield from (f"{about}: the rights have no line “{line}”" for line in lines if f"['{line}'," not in rights)


if __name__ == "__main__":
    sys.exit(told(PAGE, problems))
