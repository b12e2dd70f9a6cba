"""What must be so of the stack's state after the journeys."""

import base64
import json
import re
import time
from collections import Counter

import yaml
from samtranslator.yaml_helper import yaml_parse

from journeys import SECRET, Member, Reporter, call
from stack import TEMPLATE, wait

KEYS = ("pk", "sk")


def texts(value):
    """Every text in an item, with what is binary as text too."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, bytes):
        yield value.decode("latin-1")
    else:
        yield str(value)


def deliveries(stack):
    return [item for item in stack.items("MailTable") if item["pk"]["S"].startswith("DELIVERY#")]


def of(stack, case):
    """How many deliveries of a case are in each state."""
    return Counter(d["state"]["S"] for d in deliveries(stack) if case in d["delivery"]["S"])


def log(stack, case):
    return [item["event"]["B"] for item in stack.items("CasesTable") if item["pk"]["S"] == f"LOG#{case}"]


def settled(stack):
    # What is gathered waits for nothing of its own: its bundle does.
    over = ("gathered", "sent", "delivered", "bounced", "complained", "rejected", "withheld", "dead")

    left = []

    def done():
        left[:] = [f"{d['state']['S']} {d['delivery']['S'][:300]}" for d in deliveries(stack) if d["state"]["S"] not in over]
        left.extend(i["pk"]["S"] for i in stack.items("CasesTable") if i["sk"]["S"].startswith("PLAN#"))
        return not left

    try:
        # A plan that a busy machine has lost the first wake-up of is found after its grace of five minutes.
        wait(done, 420, "no delivery and no plan waits")
    except AssertionError as e:
        raise AssertionError("\n".join([str(e), *left])) from e


def sent_once(stack, mailbox):
    # What was gathered went with its bundle, which is a delivery of its own.
    # And of what was done before its bundle went, there is no mail.
    def has_a_mail(delivery):
        return delivery["state"]["S"] != "gathered" and "done before" not in delivery.get("why", {}).get("S", "")

    known = [d for d in deliveries(stack) if has_a_mail(d)]
    mails = mailbox.all()
    states = Counter(d["state"]["S"] for d in known)
    assert set(states) <= {"sent", "delivered", "bounced"}, states
    gone = [d for d in known if d.get("why", {}).get("S") != "suppressed"]
    assert len(mails) == len(gone), f"{len(mails)} mails of {len(gone)} deliveries"
    letters = Counter((to, subject, text) for to, subject, text in mails)
    again = [(to, subject) for (to, subject, _), times in letters.items() if times > 1]
    assert not again, again


def no_words(stack, mailbox):
    places = {
        "table": (text for table in ("CasesTable", "MailTable") for item in stack.items(table) for text in texts(item)),
        "bucket": objects(stack),
        "queue": (m.get("Body", "") for m in messages(stack)),
        "log": (line for _, line in stack.logs()),
        "mail": (without_filed(subject, text) for _, subject, text in mailbox.all()),
        "output of the emulator": [stack.output.read_text(errors="replace")],
    }
    found = {}
    for place, lines in places.items():
        lines = list(lines)
        assert lines or place == "queue", f"nothing was looked at in {place}"
        encoded = base64.b64encode(SECRET.encode()).decode()[:12]
        found[place] = [line[:200] for line in lines if SECRET in line or encoded in line]
    found = {place: lines for place, lines in found.items() if lines}
    assert not found, found


def without_filed(subject, text):
    """A mail; of a digest without the subjects of what was filed, which are meant to stand there."""
    return re.sub(r"were? filed since the last digest.*?What is filed", "", text, flags=re.DOTALL) if "Your digest" in subject else text


def metrics(stack):
    """The embedded metric format (CloudWatch's specification): what alarms and dashboard wait for is there, with its dimensions."""
    found = Counter()
    for group, line in stack.logs():
        if not line.startswith("{") or '"_aws"' not in line:
            continue
        point = json.loads(line)
        assert isinstance(point["_aws"]["Timestamp"], int), line
        for directive in point["_aws"]["CloudWatchMetrics"]:
            assert directive["Namespace"] == "DisclosureDesk", line
            for dimension in [name for names in directive["Dimensions"] for name in names]:
                assert isinstance(point[dimension], str), line
            for metric in directive["Metrics"]:
                assert isinstance(point[metric["Name"]], (int, float)), line
                found[metric["Name"] if "alarm" not in point else f"Alarms {point['alarm']}"] += 1
    # Not `mail-unread`: where KMS fails, an `inbox` that has only now been started says it before any mail is looked at, by failing.
    ours = ("Ticks", "TimersFired", "Sent", "CanaryHome", "CanarySeconds", "MailReceived", "MailFiled",
            "Alarms breach", "Alarms held", "Alarms not-ready")
    for name in ours:
        assert found[name], (name, found)


def objects(stack):
    s3 = stack.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for thing in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            if bucket["Name"] != "code":
                yield s3.get_object(Bucket=bucket["Name"], Key=thing["Key"])["Body"].read().decode("latin-1")


def messages(stack):
    """What is in the failures queue; left there."""
    sqs = stack.client("sqs")
    got = sqs.receive_message(QueueUrl=stack.outputs["FailuresQueue"], MaxNumberOfMessages=10, VisibilityTimeout=0)
    return got.get("Messages", [])


def poison(stack, mailbox):
    """A plan whose case has lost its log: it cannot be planned, and must keep nothing from the others."""
    db, table = stack.client("dynamodb"), stack.outputs["CasesTable"]
    reporter = Reporter(stack, "poisoned", "poisoned@example.org")
    mailbox.wait("alice@example.com", reporter.case, "New report")
    log = [i for i in stack.items("CasesTable") if i["pk"]["S"] == f"LOG#{reporter.case}"]
    for event in log:
        db.delete_item(TableName=table, Key={k: event[k] for k in KEYS})
    first = "000000000001"
    due = {"due": {"S": "DUE#0"}, "due_at": {"S": "2026-01-01T00:00:00.000Z"}}
    plan = {"pk": {"S": f"PLAN#{reporter.case}"}, "sk": {"S": f"PLAN#{first}"}, "from": {"N": "1"}, "to": {"N": "1"}, **due}
    before = len(messages(stack))
    db.put_item(TableName=table, Item=plan)
    other = Reporter(stack, "beside the poison")
    wait(lambda: len(messages(stack)) > before, 180, "the failures queue has it")
    body = json.loads(messages(stack)[-1]["Body"])
    assert "fan-out" in body["requestContext"]["functionArn"], body
    # The way out: mend what is broken, then have the schedule hand over what waits.
    for event in log:
        db.put_item(TableName=table, Item=event)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    stack.invoke("sla-check", {"time": now, "redrive": True})
    wait(lambda: not plans(stack, reporter.case), 90, "what was driven again is planned")
    mailbox.wait("alice@example.com", other.case, "New report", seconds=120)
    stack.client("sqs").purge_queue(QueueUrl=stack.outputs["FailuresQueue"])


def plans(stack, case):
    return [i for i in stack.items("CasesTable") if i["pk"]["S"] == f"PLAN#{case}"]


def update(stack, mailbox, build):
    """From the stack as it was without the canary, the dashboard and mail that comes in, and signing with another key, to the
    template of today; reports come in all the while."""
    template = yaml_parse(TEMPLATE.read_text())
    gone = [name for name in template["Resources"] if name.startswith("Canary") and name not in ("CanaryLinks", "CanaryLog")]
    inbound = stack.outputs["InboundBucket"]
    for name in [*gone, "Dashboard", "ErrorsAlarm"]:
        del template["Resources"][name]
    template["Outputs"].pop("DashboardUrl")
    template["Globals"]["Function"]["MemorySize"] = 512
    kept = {(i["pk"]["S"], i["sk"]["S"]) for i in stack.items("CasesTable") if not i["sk"]["S"].startswith(("PLAN#", "TIMER#"))}
    old = call(f"{stack.url}/.well-known/disclosure-desk.jwks").ok()["keys"]
    filed = []
    stack.deploy(build, template=yaml.safe_dump(template), ReceiveMail="no")
    filed += [Reporter(stack, f"under the old one {n}") for n in range(3)]
    before = stack.outputs
    stack.deploy(build, ReceiptKeyGeneration="2", LogDays="30")
    stack.desk_command("keys", "init")
    stack.replaced[before["ReceiptKey"]] = stack.outputs["ReceiptKey"]
    stack.replaced[inbound] = stack.outputs["InboundBucket"]
    filed += [Reporter(stack, f"under the new one {n}") for n in range(3)]
    same = ("CasesTable", "MailTable", "SiteBucket", "HeadsBucket", "HeadsKey", "CaseKey", "MailKey", "ReleaseKey", "PublishKey", "ApiUrl")
    assert {n: before[n] for n in same} == {n: stack.outputs[n] for n in same}
    now = {(i["pk"]["S"], i["sk"]["S"]) for i in stack.items("CasesTable")}
    assert kept <= now, kept - now
    for reporter in filed:
        mailbox.wait("alice@example.com", reporter.case, "New report", seconds=120)
    keys = call(f"{stack.url}/.well-known/disclosure-desk.jwks").ok()["keys"]
    assert len(keys) == 2 and old[0] in keys, "receipts of before still verify"


def restore(stack, mailbox):
    """Both tables are restored to names of their own, a case is lost, `desk restore` brings it back."""
    db = stack.client("dynamodb")
    lost = Reporter(stack, "lost", "lost@example.org")
    mailbox.wait("lost@example.org", lost.case)
    settled(stack)
    old = mailed(mailbox, lost.case)
    for table in ("CasesTable", "MailTable"):
        db.restore_table_to_point_in_time(
            SourceTableName=stack.outputs[table], TargetTableName=f"restored-{table}", UseLatestRestorableTime=True)
    for table in ("CasesTable", "MailTable"):
        for item in stack.items(table):
            if lost.case in json.dumps(item, default=str):
                db.delete_item(TableName=stack.outputs[table], Key={k: item[k] for k in KEYS})
    assert call(f"{stack.url}/case", headers={"authorization": f"Bearer {lost.filed['receipt_code']}"}).status == 404
    said = stack.desk_command("restore", "run", "--cases", "restored-CasesTable", "--mail", "restored-MailTable").stdout
    assert "1 case was missing" in said, said
    assert lost.page()["case_id"] == lost.case
    while_held = Reporter(stack, "while held")
    mailbox.wait("alice@example.com", while_held.case, "New report")
    # What falls due after the restore is told as ever: on a busy machine the clock of the acknowledgement runs out meanwhile.
    again = [told for told, times in mailed(mailbox, lost.case).items() if told in old and times > old[told]]
    assert not again, again
    stack.desk_command("restore", "release")
    assert "Nothing is held" in stack.desk_command("restore", "list").stdout


def mailed(mailbox, case):
    """How often each was told each subject of a case."""
    return Counter((to, subject) for to, subject, _ in mailbox.all() if case in subject)


def rotate(stack, mailbox, reporter):
    """`desk keys rotate` while the functions run: the pages, links and mails of before and after all work."""
    said = stack.desk_command("keys", "rotate", "mail", "release", "links").stdout
    assert "rotated mail 2, release 2, team links, sessions, reporter links, canary" in said, said
    assert reporter.page()["case_id"] == reporter.case
    after = Reporter(stack, "after the rotation", "after-rotation@example.org")
    mailbox.wait("after-rotation@example.org", after.case, seconds=90)
    Member(stack, mailbox, "dave").sign_out()
    # Started anew, the canary signs with the new key; intake runs on and has to learn of it.
    stack.client("lambda").update_function_configuration(FunctionName="desk-canary", Timeout=119)
    assert stack.invoke("canary", {})["case"]
