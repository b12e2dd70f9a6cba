"""One advisory says one thing wherever it is read: its page, its OSV record, its entry in the feed, the mail to a list, and the updates
page are read back, each by a library that is not ours where there is one, and held against each other.

usage: agree.py SITE: what the example `documents` of desk-advisory writes.
"""

import json
import re
import sys
from pathlib import Path

import feedparser
import html5lib

from counting import attempt, check, end

VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
BANDS = {"LOW": "low", "MODERATE": "medium", "HIGH": "high", "CRITICAL": "critical"}
NO_FIX = "No fixed version"


def parsed(text):
    return html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)


def words(element):
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def one(elements, what):
    found = list(elements)
    assert len(found) == 1, f"{len(found)} × {what}"
    return found[0]


def of_osv(record):
    """Ranges as npm writes them, fixes, the band, who is thanked."""
    ranges, fixes = set(), set()
    # What is of other ecosystems is named by the page, and shown by the record alone.
    for affected in (one for one in record.get("affected", []) if one.get("package", {}).get("ecosystem") == "npm"):
        spans = [span for span in affected.get("ranges", []) if span["type"] != "GIT"]
        for span in spans:
            fixes |= {event["fixed"] for event in span["events"] if "fixed" in event}
            ranges |= set(stretches(span["events"]))
        ranges |= set() if spans else set(affected.get("versions", []))
    band = BANDS.get(record.get("database_specific", {}).get("severity"))
    return ranges, fixes, band, [credit["name"] for credit in record.get("credits", [])]


def stretches(events):
    start = None
    for event in events:
        (kind, version), = event.items()
        if kind == "introduced":
            start = [] if version == "0" else [f">={version}"]
        else:
            yield " ".join([*start, f"{'<' if kind == 'fixed' else '<='}{version}"])
            start = None
    if start is not None:
        yield " ".join(start) or "*"


def of_page(text):
    page = parsed(text)
    table = one(page.iter("table"), "table")
    rows = [[words(cell) for cell in row if cell.tag in ("th", "td")] for row in table.find("tbody").iter("tr")]
    stands = "Withdrawn on" not in text
    facts = [(words(pair.find("dt")), words(pair.find("dd"))) for pair in page.iter("div") if pair.find("dt") is not None]
    band = dict(facts).get("Severity")
    thanked = [who for what, who in facts if what in ("Reported by", "Patched by", "Thanks to")]
    spans = {(line, affected, patched[0] if patched else "") for line, _, affected, *patched in rows}
    return stands, spans, band, "; ".join(thanked)


def of_lines(lines):
    """What a mail and the feed say of ranges: `express@4: affected <4.19.2, patched 4.19.2`."""
    found = (re.fullmatch(r"(\S+): affected (.+), patched (.+)", line.strip()) for line in lines)
    return {match.groups() for match in found if match}


def of_mail(text):
    subject, body = text.split("\n", 1)
    band = re.search(r"^  Severity +(\w+)$", body, re.MULTILINE)
    credit = re.search(r"^Credit: (.+?)\n\n", body, re.MULTILINE | re.DOTALL)
    spans = of_lines(body.splitlines())
    return "Withdrawn: " not in subject, spans, band and band[1], " ".join(credit[1].split()) if credit else ""


def of_entry(entry):
    content = parsed(entry.content[0].value)
    paragraphs = [words(paragraph) for paragraph in content.iter("p")]
    band = next((match[1] for text in paragraphs if (match := re.match(r"Severity: (\w+)(,|$)", text))), None)
    credit = next((text.split(": ", 1)[1] for text in paragraphs if text.startswith("Credit: ")), "")
    spans = of_lines(words(item) for item in content.iter("li"))
    return not entry.title.startswith("Withdrawn: "), spans, band, credit


def updates_of(site):
    """What stands under each line, by advisory: the heading, ranges, band and credit of each entry."""
    found = {}
    for section in parsed((site / "security-updates.html").read_text()).iter("section"):
        heading = section.find("h2")
        line = (heading.get("id") or "").removeprefix("line-") if heading is not None else ""
        for item in section.iter("li"):
            link, hint = item.find("p/a"), words(one((p for p in item.iter("p") if p.get("class") == "hint"), "hint"))
            band = next((words(span) for span in item.iter("span") if "severity" in (span.get("class") or "")), None)
            credit = hint.split(" Credit: ", 1)[1] if " Credit: " in hint else ""
            ranges = {words(code) for code in item.iter("code")}
            stands = "It named" not in hint
            found.setdefault(link.get("href"), []).append((line, words(item.find("h3")), ranges, stands, band, credit))
    return found


def same(record, page, mail, entry, updates):
    ranges, fixes, band, names = of_osv(record)
    stands, spans, _, thanked = page
    yield from (f"{what}: {found}, the record {stands}" for what, found in [("mail", mail[0]), ("feed", entry[0])] if found != stands)
    if stands == bool(record.get("withdrawn")):
        yield "the record and the page differ in whether it stands"
    bands = {"page": page[2], "mail": mail[2], "feed": entry[2], "record": band if stands else None}
    if len(set(bands.values())) > 1:
        yield f"severity: {bands}"
    if stands and not spans == mail[1] == entry[1]:
        yield f"ranges: page {spans}, mail {mail[1]}, feed {entry[1]}"
    if {affected for _, affected, _ in spans} != ranges:
        yield f"ranges: page {spans}, record {ranges}"
    patched = {version for _, _, version in spans if VERSION.fullmatch(version)}
    # A range that ends with its last affected version may be fixed by a release that the record has no place for.
    if stands and not fixes <= patched:
        yield f"fixes: page {patched}, record {fixes}"
    if not mail[3] == entry[3]:
        yield f"credit: mail {mail[3]!r}, feed {entry[3]!r}"
    for name in names:
        if name not in thanked or name not in mail[3]:
            yield f"{name} is thanked by the record, page {thanked!r}, mail {mail[3]!r}"
    if bool(names) != bool(thanked):
        yield f"credit: record {names}, page {thanked!r}"
    yield from listed(page, updates, bands["mail"], mail[3])


def listed(page, updates, band, credit):
    """The updates page has each range under its line, with its fix."""
    stands, spans, _, _ = page
    for line, version, ranges, also_stands, listed_band, listed_credit in updates:
        if (also_stands, listed_band, listed_credit) != (stands, band, credit):
            yield f"{line}: {also_stands}, {listed_band}, {listed_credit}; elsewhere {stands}, {band}, {credit}"
        known = {patched for _, affected, patched in spans if affected in ranges}
        is_fix = VERSION.fullmatch(version)
        if stands and is_fix and version not in known:
            yield f"{line}: the updates page says {version}, the page {known}"
        if stands and not is_fix and version != NO_FIX:
            yield f"{line}: {version}"
    for line, affected, patched in spans:
        own = [entry for entry in updates if entry[0] == line and affected in entry[2]]
        if not own:
            yield f"{line}: {affected} is not on the updates page"
        elif stands and VERSION.fullmatch(patched) and all(entry[1] != patched for entry in own):
            yield f"{line}: {patched} of the page is not on the updates page"


def main():
    site = Path(sys.argv[1])
    entries = {entry.link.rsplit("/", 1)[1]: entry for entry in feedparser.parse((site / "feed.atom").read_bytes()).entries}
    updates = updates_of(site)
    records = sorted(site.glob("osv/*.json"))
    check("there are advisories of every kind", [] if len(records) > 20 else [f"{len(records)} records"])
    for path in records:
        name = f"{path.stem}.html"
        page = attempt(f"{path.stem}: its page is read back", of_page, (site / "advisories" / name).read_text())
        mail = attempt(f"{path.stem}: the mail to a list is read back", of_mail, (site / "mail" / f"{path.stem}.txt").read_text())
        entry = attempt(f"{path.stem}: its entry in the feed is read back", of_entry, entries[name])
        if page and mail and entry:
            told = updates.get(f"advisories/{name}", [])
            check(f"{path.stem}: all five say the same", same(json.loads(path.read_text()), page, mail, entry, told))
    return end()


if __name__ == "__main__":
    sys.exit(main())
