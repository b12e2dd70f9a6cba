"""The table of promises held against the tests: every number in a test's name has its row, and every row names tests that
exist or says that it is not built, and why.

usage: promises.py [ROOT]
"""

import re
import sys
from pathlib import Path

TABLE = "infra/docs/PROMISES.md"
LAST = 61
ROW = re.compile(r"^\| T(\d+) \| (.+?) \| (.+) \|$", re.M)
TEST = re.compile(r"#\[(?:tokio::)?test\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:async\s+)?fn (\w+)")
SCRIPT = re.compile(r'^\s*(t\d\w*) = "[\w-]+"', re.M)
NOT_BUILT = re.compile(r"Not built: (\S+ ){3,}\S+")


def tests(root):
    """The name of every test in Rust → its file."""
    found = {}
    for folder in ("functions", "shared", "infra", "tests"):
        for path in sorted((root / folder).rglob("*.rs")):
            text = path.read_text()
            found |= dict.fromkeys(TEST.findall(text) + SCRIPT.findall(text), str(path.relative_to(root)))
    return found


def promises(name):
    """The numbers in a test's name: t7_t8_it_is_shut → 7, 8."""
    head = re.match(r"(?:t\d+_)*", name)[0]
    return [int(number) for number in re.findall(r"\d+", head)]


def problems(root):
    table = (root / TABLE).read_text()
    rows = [(int(number), shown) for number, _, shown in ROW.findall(table)]
    numbers = [number for number, _ in rows]
    if numbers != list(range(1, LAST + 1)):
        yield f"the rows are not T1 to T{LAST}, each once and in order: {numbers}"
    there = tests(root)
    numbered = {name: promises(name) for name in there}
    for name, of in numbered.items():
        yield from (f"{there[name]}: {name} is of T{n}, which has no row" for n in of if n not in numbers)
    for number, shown in rows:
        named = re.findall(r"`(\w+)`", shown)
        yield from (f"T{number}: there is no test {name}" for name in named if name not in there)
        elsewhere = [name for name, of in numbered.items() if number in of]
        if elsewhere and not set(named) & set(elsewhere):
            yield f"T{number}: names none of the tests that carry its number: {', '.join(elsewhere)}"
        elif not elsewhere and not named and not NOT_BUILT.search(shown):
            yield f"T{number}: names no test and does not say why it is not built"


def told(page, problems):
    """Prints what is wrong with a page of the repository; the exit status that says so."""
    wrong = list(problems(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
    for problem in wrong:
        print(f"{page}: {problem}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(told(TABLE, problems))
