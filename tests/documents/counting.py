"""Counts checks: one line for each, with what is wrong under it."""

counts = {True: 0, False: 0}


def check(name, problems):
    problems = list(problems)
    counts[not problems] += 1
    print(f"{'FAIL' if problems else 'ok  '}  {name}")
    for problem in problems:
        print(f"      {problem}")


def attempt(name, steps, *arguments):
    """Steps that need each other: what stops them is what is wrong. Gives what they give, or nothing."""
    try:
        found = steps(*arguments)
    except Exception as why:
        check(name, [f"{type(why).__name__}: {why}"])
        return None
    check(name, [])
    return found


def end():
    """The closing line, and the exit code."""
    print(f"documents: {counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0
