#!/usr/bin/env python3
"""What the desk costs on AWS: a month without a report, a case, mail that comes in, a million announcement mails. Prints
Markdown.

    python3 infra/aws/cost.py

Prices: us-east-1, US dollars, no tax, with the date when the page was read (AWS's own in a stored copy) or `from memory`.
What a case writes was counted in both tables' streams while `desk replay tests/data/advisories` published four advisories.
"""

import re
import statistics
from collections import Counter, namedtuple
from math import prod
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Dollars for so many units; what every account gets free each month, for ever (not what ends after a year).
Price = namedtuple("Price", "usd per unit free source date", defaults=["2026-11-25"])
AWS = "aws.amazon.com/"
PRICES = {
    "lambda request": Price(0.20, 1e6, "requests", 1e6, AWS + "lambda/pricing"),
    "lambda time": Price(0.0000133334, 1, "GB-s of arm64", 400e3, AWS + "lambda/pricing"),
    "table write": Price(0.625, 1e6, "write units", 0, "airbyte.com/data-engineering-resources/dynamodb-pricing"),
    "table read": Price(0.125, 1e6, "read units", 0, "airbyte.com/data-engineering-resources/dynamodb-pricing"),
    "table store": Price(0.25, 1, "GB-months", 25, "devnotes.tech"),
    "table recovery": Price(0.20, 1, "GB-months", 0, "devnotes.tech"),
    "stream": Price(0, 1, "records read by Lambda", 0, "docs.aws.amazon.com, DynamoDB, Evaluate your streams usage"),
    "schedule": Price(0, 1, "events of scheduled rules", 0, AWS + "eventbridge/pricing", "from memory"),
    "event": Price(1.00, 1e6, "events of S3", 0, AWS + "eventbridge/pricing", "from memory"),
    "s3 store": Price(0.023, 1, "GB-months", 0, "wring.co"),
    "s3 put": Price(0.005, 1e3, "PUTs and LISTs", 0, "wring.co"),
    "s3 get": Price(0.0004, 1e3, "GETs", 0, "wring.co"),
    "key": Price(1.00, 1, "months of a key", 0, AWS + "kms/pricing"),
    "key request": Price(0.03, 10e3, "requests", 20e3, AWS + "kms/pricing"),
    "key signature": Price(0.15, 10e3, "requests (ECC)", 0, "factualminds.com/blog, AWS KMS pricing"),
    "secret": Price(0.40, 1, "months of a secret", 0, "hivebook.wiki/wiki/aws-secrets-manager"),
    "secret call": Price(0.05, 10e3, "calls", 0, "hivebook.wiki/wiki/aws-secrets-manager"),
    "api": Price(1.00, 1e6, "requests (HTTP API)", 0, "docs.aws.amazon.com, whitepaper on private APIs"),
    "metric": Price(0.30, 1, "months of a metric", 10, AWS + "cloudwatch/pricing"),
    "alarm": Price(0.10, 1, "months of a metric in an alarm", 10, AWS + "cloudwatch/pricing"),
    "dashboard": Price(3.00, 1, "months of a dashboard", 3, AWS + "cloudwatch/pricing"),
    "log": Price(0.50, 1, "GB", 5, AWS + "cloudwatch/pricing"),
    "log store": Price(0.03, 1, "GB-months", 0, AWS + "cloudwatch/pricing"),
    "mail": Price(0.16, 1e3, "mails (Essentials)", 0, "price list 2026-07-22, in github.com/api-evangelist/amazon-ses"),
    "mail in": Price(0.10, 1e3, "mails received", 0, AWS + "ses/pricing", "from memory"),
    "mail chunk": Price(0.09, 1e3, "chunks of 256 KB", 0, "a blog post that quotes aws.amazon.com/ses/pricing"),
    "sns": Price(0.50, 1e6, "publishes", 1e6, "cloudburn.io"),
    "firewall": Price(5.00, 1, "months of an access list", 0, AWS + "waf/pricing", "from memory"),
    "firewall rule": Price(1.00, 1, "months of a rule", 0, AWS + "waf/pricing", "from memory"),
    "firewall request": Price(0.60, 1e6, "requests looked at", 0, AWS + "waf/pricing", "from memory"),
    "edge bytes": Price(0.085, 1, "GB out", 1000, AWS + "cloudfront/pricing"),
    "edge function": Price(0.10, 1e6, "runs of a function at the edge", 2e6, AWS + "cloudfront/pricing", "from memory"),
    "edge request": Price(0.01, 10e3, "requests", 10e6, "wring.co/blog/aws-cloudfront-pricing-guide"),
}
NO_PLAN_MAIL_USD = 0.10  # a thousand, in an account without an SES plan; one that is new in SES starts with Essentials


def count(pattern, text):
    return len(re.findall(pattern, text))


# --- Counted: in the template, in the code, in the journey that is a test ---
TEMPLATE = (ROOT / "infra/aws/template.yaml").read_text()
ACTS = sorted((ROOT / "tests/journeys/scripts").glob("express-start-to-end.*.snap"))
JOURNEY = "".join(act.read_text() for act in ACTS)
RESOURCES = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", TEMPLATE, re.M))


def resources(kind, by_mail=False):
    """The text of each resource of a type: those that are always there, or those that `ReceiveMail` adds."""
    of_kind = [text for text in RESOURCES.values() if text.startswith(f"    Type: {kind}\n")]
    return [text for text in of_kind if bool(re.match(r".*\n    Condition: (Ses)?Receives\n", text)) == by_mail]


def metrics(functions):
    """What functions count; `Alarms` is not among it, which is charged only for hours in which there is one."""
    paths = [*(ROOT / "functions").glob("*/src/*.rs"), *(ROOT / "shared/http/src").glob("*.rs")]
    code = "".join(path.read_text() for path in paths if functions(path.parts[-3]))
    return set(re.findall(r"metric\.(\w+) =", code))


def memory_gb(functions):
    """What most of them have: the one that has more, `team`, runs when a person looks."""
    return statistics.mode(int(re.search(r"MemorySize: (\d+)", text)[1]) for text in functions) / 1024


def alarm_metrics(alarms, indent):
    """A sum is of metrics, each of which is charged. Those that ReceiveMail adds to a sum stand deeper in it."""
    sums = sum("SUM(METRICS())" in alarm for alarm in alarms)
    return len(alarms) - sums + count(rf"\n {{{indent}}}MetricStat:", TEMPLATE)


FUNCTIONS = resources("AWS::Serverless::Function")
MEMORY_GB, INBOX_GB = memory_gb(FUNCTIONS), memory_gb(resources("AWS::Serverless::Function", True))
TICKING = count(r"rate\(1 minute\)", TEMPLATE)
KEYS = len(resources("AWS::KMS::Key")) - 1  # one of two receipt keys is there
SECRETS = len(resources("AWS::SecretsManager::Secret"))
ALARMS, MAIL_ALARMS = resources("AWS::CloudWatch::Alarm"), resources("AWS::CloudWatch::Alarm", True)
ALARM_METRICS, MAIL_ALARM_METRICS = alarm_metrics(ALARMS, 10), alarm_metrics(MAIL_ALARMS, 12)
METRICS = metrics(lambda function: function != "inbox")
MAIL_METRICS = metrics(lambda function: function == "inbox") - METRICS
MAILS = sum(to.count("@") for to in re.findall(r"^ +T\+\S+ To: (.+)$", JOURNEY, re.M))
EVENTS = int(re.search(r"(\d+) events +holds", JOURNEY)[1])

# --- Assumed ---
MINUTES = 730 * 60  # a month
FLIGHTS, SWEEPS = (MINUTES // int(re.search(r"rate\((\d+) minutes\)", RESOURCES[name])[1]) for name in ("Canary", "Inbox"))
DUE_READS, SEEN_READS = 16 * 0.5, 3  # a tick asks sixteen shards, half a unit each when none is due; sla-check three more
RUN_S, CANARY_S = 0.1, 3  # an invocation, starts included; the canary looks each second whether its mail was sent
FLIGHT_RUNS, FLIGHT_READS = 8, 27  # canary, intake 2, fan-out 2, deliver, mail-events 2; what they read
FLIGHT_WRITES = 2 * 12 + 3  # KEY twice, CODE, CURRENT-CODE, CONTENT, 4 events, CASE (2 KB), PLAN in one; PLAN's index, end
LOOK_WRITES = 1  # a look at a case, counted for the network that it comes from
SECRET_CALLS = FLIGHTS * 12 + 360 * 20  # starts: with each flight intake (four, now and before), canary, fan-out (one); deliver's, team's
DAYS, LISTS_READS = 30, 4 * 16 * 0.5  # heads are exported once a day: every list is asked, and each case looked at
LOG_KB, LOG_MONTHS = 0.6, 3  # an invocation's START, END, REPORT and a line of ours; LogDays
VISITS, PAGE_KB, STORED_GB = 10_000, 10, 0.05  # of the published site; in the tables, and as much in buckets
MAIL_S, MAIL_KB, MAIL_MORE_WRITES = 0.5, 64, 2 * 2 + 2  # reading and sealing it; MESSAGE and more CONTENT, counters
REQUESTS = OPENED = 100  # pages and commands of a case; for each of them KMS opens its key
ENTRIES = 10  # of a case in the figures: its report, and runs of clocks; each is written, its day made stale and counted anew
CASE_READS, MAIL_READS = 1020, 7  # a page with its log and words 12, a command 5, a plan 6

# --- Measured with desk replay: a case is a quarter of four ---
PLANS, CHANNEL_RUNS = 27, 17  # a plan for each transaction wakes fan-out when it is put and when it is done; so do channels
TRANSACTED = 298  # items in transactions, each in KB rounded up; DynamoDB counts them twice
OTHER_WRITES = 188 + 78  # indexes due, board, handler; plans done, sessions, channels, words erased
MAIL_WRITES = 11.4  # a delivery planned, claimed, sent, delivered; its index; events that change nothing
CASE_GB, MAIL_GB, MAIL_MONTHS = 58e-6, 0.66e-6, 13  # what stays, with 100 bytes an item of DynamoDB's own


def month():
    runs = TICKING * MINUTES + FLIGHTS * FLIGHT_RUNS
    return [
        ("requests: ticks, canary", "lambda request", runs),
        ("time: the canary itself", "lambda time", FLIGHTS, CANARY_S, MEMORY_GB),
        ("time: all others", "lambda time", runs - FLIGHTS, RUN_S, MEMORY_GB),
        ("schedules", "schedule", TICKING * MINUTES + FLIGHTS),
        ("reads: ticks", "table read", MINUTES, TICKING * DUE_READS + SEEN_READS),
        ("reads: canary", "table read", FLIGHTS, FLIGHT_READS),
        ("reads: heads, before any case", "table read", DAYS, LISTS_READS),
        ("writes: ticks", "table write", MINUTES),
        ("writes: canary, its case and mail", "table write", FLIGHTS, FLIGHT_WRITES + LOOK_WRITES + MAIL_WRITES),
        ("tables", "table store", STORED_GB),
        ("their point-in-time recovery", "table recovery", STORED_GB),
        ("streams", "stream", FLIGHTS, 3),
        ("buckets", "s3 store", STORED_GB),
        ("heads: two objects a day", "s3 put", DAYS, 2),
        ("heads: read again", "s3 get", DAYS),
        ("heads: signed", "key signature", DAYS),
        ("keys", "key", KEYS),
        ("canary: wrap a key, open a ring", "key request", FLIGHTS, 2),
        ("canary: sign a receipt, public half", "key signature", FLIGHTS, 2),
        ("secrets", "secret", SECRETS),
        ("secrets, read at each start", "secret call", SECRET_CALLS),
        ("canary: its requests", "api", FLIGHTS, 2),
        ("metrics of our own", "metric", len(METRICS)),
        (f"{len(ALARMS)} alarms", "alarm", ALARM_METRICS),
        ("dashboard", "dashboard", 1),
        ("logs", "log", runs, LOG_KB, 1e-6),
        ("logs, kept", "log store", runs, LOG_KB, 1e-6, LOG_MONTHS),
        ("canary: mails to SES's simulator", "mail", FLIGHTS),
        ("SES tells of them", "sns", FLIGHTS, 2),
        ("site, bytes", "edge bytes", VISITS, PAGE_KB, 1e-6),
        ("site, canary: requests", "edge request", VISITS + 2 * FLIGHTS),
        ("where they come from, what they ask", "edge function", VISITS + 2 * FLIGHTS),
    ]


def case():
    runs = REQUESTS + 2 * PLANS + CHANNEL_RUNS + 2 * ENTRIES + 3 * MAILS
    return [
        ("requests: pages, fan-out, mails", "lambda request", runs),
        ("time", "lambda time", runs, RUN_S, MEMORY_GB),
        ("writes in transactions", "table write", 2, TRANSACTED),
        ("writes: indexes, others", "table write", OTHER_WRITES),
        ("writes: mails", "table write", MAILS, MAIL_WRITES),
        ("writes: figures", "table write", ENTRIES, 3),
        ("reads", "table read", CASE_READS + MAILS * MAIL_READS),
        ("tables, a year", "table store", CASE_GB, 12),
        ("their recovery, a year", "table recovery", CASE_GB, 12),
        ("site, written", "s3 put", 12),
        ("site, read back", "s3 get", 24),
        ("its key: wrapped once, opened", "key request", 1 + OPENED),
        ("its receipt", "key signature", 1),
        ("pages and commands", "api", REQUESTS),
        ("pages, bytes", "edge bytes", REQUESTS, PAGE_KB, 1e-6),
        ("pages, requests", "edge request", REQUESTS),
        ("where they come from", "edge function", REQUESTS),
        ("logs", "log", runs, LOG_KB, 1e-6),
        ("mails", "mail", MAILS),
        ("SES tells of them", "sns", MAILS, 2),
    ]


def exporting(number):
    """What the exports of a month cost a desk that has so many cases, of which one in a hundred went on each day."""
    return [
        ("lists", "table read", DAYS, number / 16),  # of half a KB a row, read as an index is
        ("a look at each", "table read", DAYS, number),
        ("at what went on", "table read", DAYS, number / 100),
        ("time", "lambda time", DAYS, number * 2e-3, MEMORY_GB),
        ("kept: what a month adds", "s3 store", DAYS, number * 120e-9),
    ]


def receiving():
    return [
        ("requests: sweeps", "lambda request", SWEEPS),
        ("time", "lambda time", SWEEPS, RUN_S, INBOX_GB),
        ("schedule", "schedule", SWEEPS),
        ("looking into the bucket: sweeps, ticks", "s3 put", SWEEPS + MINUTES),
        ("its key", "key", len(resources("AWS::KMS::Key", True))),
        ("secret, read at each start", "secret call", 360, 4),
        ("its metrics", "metric", len(MAIL_METRICS)),
        ("its alarms", "alarm", MAIL_ALARM_METRICS),
        ("logs", "log", SWEEPS, LOG_KB, 1e-6),
    ]


def firewall():
    return [
        ("its list", "firewall", 1),
        ("its rule", "firewall rule", 1),
        ("site, canary: requests", "firewall request", VISITS + 2 * FLIGHTS),
    ]


def received(number):
    return [
        ("mails", "mail in", number),
        ("their bytes", "mail chunk", number),
        ("S3 tells of them: put, removed", "event", number, 2),
        ("requests", "lambda request", number),
        ("time", "lambda time", number, MAIL_S, INBOX_GB),
        ("put by SES, put sealed", "s3 put", number, 2),
        ("read", "s3 get", number),
        ("kept sealed, a year", "s3 store", number, MAIL_KB * 1e-6, 12),
        ("their keys: wrapped", "key request", number),
        ("their receipts", "key signature", number),
        ("writes", "table write", number, FLIGHT_WRITES + MAIL_MORE_WRITES),
        ("logs", "log", number, LOG_KB, 1e-6),
    ]


def mails(number):
    return [
        ("mails", "mail", number),
        ("requests: deliver by tens, mail-events twice", "lambda request", number, 0.1 + 2),
        ("time", "lambda time", number, 3, RUN_S, MEMORY_GB),
        ("writes", "table write", number, MAIL_WRITES),
        ("reads", "table read", number, MAIL_READS),
        (f"rows, {MAIL_MONTHS} months", "table store", number, MAIL_GB, MAIL_MONTHS),
        ("their recovery", "table recovery", number, MAIL_GB, MAIL_MONTHS),
        ("SES tells of them", "sns", number, 2),
        ("logs", "log", number, 3, LOG_KB, 1e-6),
    ]


def dollars(lines, free):
    units = Counter()
    for _, name, *factors in lines:
        units[name] += prod(factors)
    return sum(max(0, n - free * PRICES[name].free) * PRICES[name].usd / PRICES[name].per for name, n in units.items())


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.6g}"


def section(title, lines, beside, digits):
    """A table with its arithmetic; what the free tier leaves of it in an account that pays for `beside` too."""
    print(f"\n### {title}\n\n| what | arithmetic | $ |\n|--|--|--:|")
    for line in lines:
        what, price, factors = line[0], PRICES[line[1]], line[2:]
        units = " × ".join(map(number, factors)) + (f" = {number(prod(factors))}" if len(factors) > 1 else "")
        per = f" / {number(price.per)}" if price.per > 1 else ""
        print(f"| {what} | {units} {price.unit} × {price.usd:g}{per} | {dollars([line], False):.{digits}f} |")
    print(f"| **all, without the free tier** | | **{dollars(lines, False):.{digits}f}** |")
    print(f"| **all, with it** | | **{dollars(beside + lines, True) - dollars(beside, True):.{digits}f}** |")


def main():
    print(f"Counted: {len(FUNCTIONS)} functions of {MEMORY_GB * 1024:.0f} MB, {KEYS} keys, {SECRETS} secrets,")
    print(f"{len(ALARMS)} alarms on {ALARM_METRICS} metrics, {len(METRICS)} metrics of our own; a case of {EVENTS} events and {MAILS} mails.")
    section("A month without a report", month(), [], 2)
    print("\nEach of the first two yearly rotations of a key that wraps adds 1.00 a month.")
    section("What ReceiveMail adds to it", receiving(), month(), 2)
    section("What Firewall adds to it", firewall(), month(), 2)
    section(f"A thousand mails of {MAIL_KB} KB, each a new report", received(1000), month() + receiving(), 4)
    section("A case, from report to publication", case(), month(), 6)
    section("The heads of 10,000 cases, exported for a month", exporting(10_000), month(), 4)
    section("A million announcement mails, each a delivery of its own", mails(1_000_000), month(), 2)
    print(f"\nWithout an SES plan {NO_PLAN_MAIL_USD:.2f} a thousand mails: {NO_PLAN_MAIL_USD * 1000:.0f} for them.")
    print("\n### Prices\n\n| price | $ | for | free each month | date | page |\n|--|--:|--|--:|--|--|")
    for name, p in PRICES.items():
        print(f"| {name} | {p.usd:g} | {number(p.per)} {p.unit} | {number(p.free)} | {p.date} | {p.source} |")


if __name__ == "__main__":
    main()
