"""Checks of how the template watches: logs, what fails behind a stream, alarms, dashboards. Each is a name and its problems."""

import json

import sources
import template
from sources import differ
from template import of_type

NAMESPACE = "DisclosureDesk"

# Alarms of the code that are counted and wake nobody by themselves.
QUIET = {"canary": "one lost flight is none; CanaryAlarm counts those that come home"}


def logs(desk):
    groups = of_type(desk, "AWS::Logs::LogGroup")
    yield "every log ends", (name for name, group in groups.items() if not group.get("RetentionInDays"))


def mappings(desk):
    found = {}
    for function, properties in template.functions(desk).items():
        streams = {n: e for n, e in properties.get("Events", {}).items() if e["Type"] in ("DynamoDB", "SQS", "Kinesis")}
        found |= {f"{function} {name}": event["Properties"] for name, event in streams.items()}
    found |= of_type(desk, "AWS::Lambda::EventSourceMapping")
    yield "both tables' streams are read", [] if len(found) >= 2 else sorted(found)
    for name, mapping in found.items():
        yield f"{name}: one bad record holds up nothing and is not lost", unguarded(mapping)


def unguarded(mapping):
    if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield "a batch fails as a whole"
    wanted = ("BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "ParallelizationFactor")
    yield from (f"no {key}" for key in wanted if not (mapping.get(key) or 0) > 0)
    if not mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
        yield "what fails is lost"
    for wanted in mapping.get("FilterCriteria", {}).get("Filters", []):
        json.loads(wanted["Pattern"])


def alarms(desk):
    found = of_type(desk, "AWS::CloudWatch::Alarm")
    yield "every alarm tells somebody", (name for name, alarm in found.items() if not alarm.get("AlarmActions"))
    metrics, words = sources.metrics()
    ours = {name: alarm for name, alarm in found.items() if alarm.get("Namespace") == NAMESPACE}
    watched = {name: {d["Name"]: d["Value"] for d in alarm["Dimensions"]} for name, alarm in ours.items()}
    counted = {alarm["MetricName"] for alarm in ours.values()} | {m for body in dashboards(desk) for m in drawn(body)}
    yield "what is watched is counted somewhere", sorted(counted - metrics - {"Alarms"})
    of_template = {d["alarm"] for d in watched.values() if "alarm" in d}
    yield "the alarms of the code are those of CloudWatch", differ(words - set(QUIET), of_template, "alarm")
    yield "what is quiet is still counted", sorted(set(QUIET) - words)
    yield "alarms are this stack's", (name for name, d in watched.items() if d.get("stack") != template.STACK)


def dashboards(desk):
    return [json.loads(dashboard["DashboardBody"]) for dashboard in of_type(desk, "AWS::CloudWatch::Dashboard").values()]


def drawn(body):
    """Our metrics on a dashboard, where `.` and `...` repeat the row before."""
    for widget in body["widgets"]:
        before = []
        for row in widget["properties"].get("metrics", []):
            names = [part for part in row if isinstance(part, str)]
            if names[:1] == ["..."]:
                continue
            names = [before[i] if part == "." else part for i, part in enumerate(names)]
            before = names
            if names[:1] == [NAMESPACE]:
                yield names[1]
