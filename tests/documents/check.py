"""What the desk publishes, held against validators that are not ours.

usage: check.py SITE OSV-SCHEMA: the folder of a published site, and OSV's schema.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import feedparser
from jsonschema import Draft202012Validator, FormatChecker
from sectxt import Parser

from counting import check, end

TAG = re.compile(r"tag:[a-z0-9.@_-]+,\d{4}(-\d\d){0,2}:[A-Za-z0-9/._-]+")


def osv(site, schema):
    records = sorted(site.glob("osv/*.json"))
    check("there are OSV records", [] if records else ["none"])
    validator = Draft202012Validator(json.loads(schema.read_text()), format_checker=FormatChecker())
    for path in records:
        record = json.loads(path.read_text())
        check(f"{path.name}: valid OSV", [f"{e.json_path}: {e.message}" for e in validator.iter_errors(record)])
        page = site / "advisories" / f"{path.stem}.html"
        check(f"{path.name}: has its page", [] if page.is_file() else [f"no {page.name}"])


def withdrawn(site):
    records = [json.loads(path.read_text()) for path in site.glob("osv/*.json")]
    ids = [record["id"] for record in records if record.get("withdrawn")]
    check("one OSV record is withdrawn", [] if len(ids) == 1 else [str(ids)])
    feed = feedparser.parse((site / "feed.atom").read_bytes())
    told = [entry.link.split("/")[-1] for entry in feed.entries if entry.title.startswith("Withdrawn: ")]
    check("feed: its entry alone says so", [] if told == [f"{record_id}.html" for record_id in ids] else [str(told)])
    for record_id in ids:
        page = (site / "advisories" / f"{record_id}.html").read_text()
        odd = [words for words in ("What to do", "Patched") if words in page]
        check(f"{record_id}: its page says so, and nothing is to do", odd if "Withdrawn on " in page else ["no banner"])


def atom(site):
    path = site / "feed.atom"
    lint = subprocess.run(["xmllint", "--noout", path], capture_output=True, text=True, check=False)
    check("feed: well-formed XML", [] if lint.returncode == 0 else [lint.stderr])
    feed = feedparser.parse(path.read_bytes())
    odd = feed.get("bozo_exception") if feed.bozo else None if feed.version == "atom10" else feed.version
    check("feed: feedparser reads it as Atom 1.0", [str(odd)] if odd else [])
    ids = [entry.id for entry in feed.entries]
    pages = len(list(site.glob("advisories/*.html")))
    check("feed: an entry for each advisory", [] if len(ids) == pages else [f"{pages} pages, {ids}"])
    check("feed: each entry has an id of its own", [] if len(set(ids)) == len(ids) else [str(ids)])
    odd = [entry_id for entry_id in [feed.feed.id, *ids] if not TAG.fullmatch(entry_id)]
    check("feed: its ids and those of its entries are tag URIs (RFC 4151)", odd)
    parts = ("title", "updated", "published", "link", "summary", "content")
    check("feed: each entry is whole", [f"{e.id}: {part}" for e in feed.entries for part in parts if part not in e])
    newest = [e.updated_parsed for e in feed.entries]
    check("feed: the newest comes first", [] if newest == sorted(newest, reverse=True) else [str(newest)])


def security_txt(site):
    parsed = Parser((site / ".well-known/security.txt").read_bytes())
    check("security.txt: RFC 9116", [str(error) for error in parsed.errors])
    thanks = [line["value"] for line in parsed.lines if line["field_name"] == "acknowledgments"]
    told = thanks and (site / thanks[0].rsplit("/", 1)[1]).is_file()
    check("security.txt: leads to the acknowledgments, which are there", [] if told else [str(thanks)])


def main():
    site = Path(sys.argv[1])
    osv(site, Path(sys.argv[2]))
    withdrawn(site)
    atom(site)
    security_txt(site)
    return end()


if __name__ == "__main__":
    sys.exit(main())
