"""What the documents name is there: every file and folder, every link within the repository, and in ARCHITECTURE.md and
CONTRIBUTING.md every Rust name.

usage: names.py [ROOT]

Read are words between backticks, targets of links, and the first word of a line of the code map. A path counts from the top of
the repository, or (`case/mod.rs`) is the end of one file's path. `{a,b}` stands for each, `*` for anything.
"""

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

DOCUMENTS = ["README.md", "tests/README.md", "infra/aws/README.md", "infra/docs/*.md", "tests/data/README.md", ".github/*.md"]
WITH_RUST_NAMES = {"infra/docs/ARCHITECTURE.md", ".github/CONTRIBUTING.md"}
# Paths outside of the repository, or made by a command.
ELSEWHERE = {"infra/aws/build", "infra/aws/deploy.toml"}
NO_FILE = re.compile(r"^[/~@$-]|://|[ <>=|\"'()\[\]…]")
SOURCE = re.compile(r"\.(rs|py|mjs)$")
TYPE = re.compile(r"^[A-Z][a-z]\w*[a-z]\w*(::\w+)*$")
FUNCTION = re.compile(r"^(\w+::)*[a-z_]\w*\(\)$")


def files(root):
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in listed if name and (root / name).exists()]


def expanded(path):
    """`a/{b,c}` → a/b, a/c."""
    braces = re.search(r"\{([^{}]*,[^{}]*)\}", path)
    if not braces:
        return [path]
    return [one for word in braces[1].split(",") for one in expanded(path[:braces.start()] + word + path[braces.end():])]


class Tree:
    def __init__(self, root):
        self.files = files(root)
        self.folders = {str(parent) for name in self.files for parent in Path(name).parents}
        self.top = {name.split("/")[0] for name in self.files}
        rust = "\n".join((root / name).read_text() for name in self.files if name.endswith(".rs"))
        self.words = set(re.findall(r"\w+", rust))

    def is_path(self, word):
        """Whether a word means a file of the repository at all."""
        if NO_FILE.search(word) or word.startswith("."):
            return False
        return ("/" in word and word.split("/")[0] in self.top) or bool(SOURCE.search(word))

    def has(self, path):
        path = path.rstrip("/")
        if path in ELSEWHERE:
            return True
        there = [*self.files, *self.folders]
        return any(fnmatchcase(name, path) or fnmatchcase(name, f"*/{path}") for name in there)


def words(text):
    """Words between backticks, outside of blocks; and the first word of each line of a code map."""
    prose, blocks = [], []
    for place, part in enumerate(re.split(r"^```.*$", text, flags=re.M)):
        (blocks if place % 2 else prose).append(part)
    for part in prose:
        yield from re.findall(r"`([^`\n]+)`", part)
    for block in blocks:
        yield from re.findall(r"^((?:functions|shared|infra|tests)/\S*)", block, flags=re.M)


def links(text):
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"\w+:|#", target)]


def wrong(root, tree, document):
    text = (root / document).read_text()
    for word in words(text):
        if tree.is_path(word):
            yield from (f"there is no {path}" for path in expanded(word) if not tree.has(path))
        elif document in WITH_RUST_NAMES and (TYPE.match(word) or FUNCTION.match(word)):
            unknown = [part for part in re.findall(r"\w+", word) if part not in tree.words]
            yield from (f"no Rust file has the name {part}, of {word}" for part in unknown)
    for target in links(text):
        path = (root / document).parent.joinpath(target.split("#")[0]).resolve()
        if not path.exists():
            yield f"the link {target} leads nowhere"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    tree = Tree(root)
    documents = [name for name in tree.files if any(fnmatchcase(name, pattern) for pattern in DOCUMENTS)]
    problems = [f"{document}: {problem}" for document in documents for problem in wrong(root, tree, document)]
    print("\n".join(problems) if problems else f"{len(documents)} documents name only what is there")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
