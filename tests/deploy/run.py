"""The deployed stack: the template, functions built for this machine and a policy with short durations, in an emulator of AWS on
this machine. Prints one line for each check, and at last `deploy: N passed, M failed`.

    python run.py --desk DESK-BINARY --build FOLDER-OF-ZIPS [--no-sbom] [--keep]
"""

import argparse
import base64
import json
import re
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

import heads
import mail
import matrix
import state
from journeys import SECRET, Mailbox, Member, Reporter, acknowledge_by_mail, call, file_by_page, report, to_publication
from stack import FUNCTIONS, ROOT, Stack, wait


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, check, *arguments):
        start = time.monotonic()
        try:
            found = check(*arguments)
        except Exception as why:
            self.failed += 1
            print(f"FAIL  {name} ({time.monotonic() - start:.0f}s): {type(why).__name__}: {why}", flush=True)
            traceback.print_exc()
            return None
        self.passed += 1
        print(f"ok    {name} ({time.monotonic() - start:.0f}s)", flush=True)
        return found if found is not None else True

    def all(self, results):
        for name, ok, why in results:
            self.passed, self.failed = self.passed + ok, self.failed + (not ok)
            if not ok:
                print(f"FAIL  {name}: {why}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--desk", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--no-sbom", action="store_true", help="the zips hold binaries of a build for tests")
    parser.add_argument("--keep", action="store_true", help="leave the stack running until a key is pressed")
    options = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="desk-deploy-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), str(options.desk.resolve()))
        try:
            stack.start()
            everything(stack, options.build.resolve(), checks, [] if options.no_sbom else ["sbom.json"])
            if options.keep:
                input(f"{stack.emulator} {stack.url} {folder}\n")
        finally:
            stack.stop()
    print(f"deploy: {checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed > 0)


def everything(stack, build, checks, boms):
    mailbox = Mailbox(stack.mail)
    checks.run("each zip holds what it should: the layer its policy, a function its binary and what it is made of", zips, stack, build, boms)
    if not checks.run("the template deploys with the AWS CLI", stack.deploy, build):
        return
    checks.run("before desk keys init nothing is taken in", unavailable, stack)
    checks.run("desk keys init makes the keys, once", keys_init, stack)

    late = checks.run("a report is answered with a receipt that verifies", filed_and_verified, stack)
    reporter = Reporter(stack, "public", "rita-reporter@example.org")
    checks.run("the canary flies over HTTP and comes home", lambda: stack.invoke("canary", {})["case"])
    checks.run("acknowledged from the page mail", acknowledged, stack, mailbox, reporter)
    bob, dave = Member(stack, mailbox, "bob"), Member(stack, mailbox, "dave")
    checks.run("a file by the page arrives byte for byte", file_by_page, stack, reporter, bob)
    checks.run("a second factor is added, asked for and removed", lambda: Member(stack, mailbox, "alice").second_factor())
    checks.run("led to publication by the team's API", to_publication, bob, dave, reporter.case)
    checks.run("published in the site's bucket, and told to list and reporter", published, stack, mailbox, reporter, bob)
    checks.run("a conversation: asked, answered, a new code, a bounce", conversation, stack, mailbox, bob)
    checks.run("a comment on the policy goes to its owner, who answers it", comment, stack, mailbox, Member(stack, mailbox, "alice"))
    checks.run("KMS failing: 503 before anything is stored", kms_fails, stack)
    by_mail(stack, mailbox, checks)
    checks.run("warned and broken by the real schedule", left_alone, mailbox, late, bob)
    checks.run("each good tick is heard outside", heartbeat, stack)
    checks.run("where the logs stand is exported, signed, and verified against", heads.exported, stack)
    checks.run("once a day each member has a digest of what is open", digest, mailbox)
    checks.run("a poison record ends in the failures queue, everything else goes on", state.poison, stack, mailbox)
    checks.run("a restore brings back what was lost, and no old notice", state.restore, stack, mailbox)
    checks.run("keys are rotated, and what was sealed and signed before still works", state.rotate, stack, mailbox, reporter)
    checks.run("an update from a template of before keeps all and drops nothing", state.update, stack, mailbox, build)
    checks.run("mail is taken in after it was turned off and on", mail.again, stack, mailbox)
    checks.run("what waits is sent", state.settled, stack)
    checks.run("every mail was sent once", state.sent_once, stack, mailbox)
    checks.run("no word of a report in any table, bucket, queue, mail or log", state.no_words, stack, mailbox)
    checks.run("metrics are in the logs, in the format that CloudWatch reads", state.metrics, stack)
    checks.run("desk doctor sees what is well and what is not", doctor, stack)
    for line in stack.memory():
        print(line)
    checks.all(matrix.tried(stack))
    checks.run("every right of a role was used by its function", matrix.used, stack)


def by_mail(stack, mailbox, checks):
    filed = checks.run("a report by mail is a case, kept only sealed", mail.report, stack, mailbox)
    if filed:
        checks.run("an answer by mail joins its case", mail.answered, stack, mailbox, filed)
    checks.run("the same mail twice is one case", mail.twice, stack, mailbox)
    checks.run("nobody is told of an automatic mail", mail.automatic, stack, mailbox)
    checks.run("a member acknowledges by mail, once", mail.acknowledged, stack, mailbox)
    checks.run("a member is away from when a mail says so", mail.away, stack, mailbox, Member(stack, mailbox, "dave"))
    checks.run("what was filed is a report after all", mail.after_all, stack, mailbox, Member(stack, mailbox, "bob"))
    checks.run("an address that came back is not written to any more", mail.suppressed, stack, mailbox)
    checks.run("KMS failing: mail stays where it is, and is taken in later", mail.later, stack, mailbox)
    checks.run("a mail of 40 MB is taken in", mail.large, stack, mailbox)


def zips(stack, build, boms):
    """The emulator unpacks no layer, so it is looked at here."""
    with zipfile.ZipFile(build / "policy.zip") as layer:
        assert layer.namelist() == ["policy.toml"], layer.namelist()
        (stack.work / "layer.toml").write_bytes(layer.read("policy.toml"))
    assert "valid" in stack.shell(stack.desk, "policy", "check", str(stack.work / "layer.toml")).stdout
    for function in FUNCTIONS:
        with zipfile.ZipFile(build / f"{function}.zip") as archive:
            assert archive.namelist() == ["bootstrap", *boms, "rustc.txt"], archive.namelist()
            assert archive.getinfo("bootstrap").external_attr >> 16 == 0o100755
            assert archive.read("bootstrap").startswith(b"\x7fELF")
            for bom in map(archive.read, boms):
                made_of_what_it_says(function, bom)


def made_of_what_it_says(function, bom):
    assert str(ROOT).encode() not in bom, "a path of this machine"
    made_of = json.loads(bom)
    assert made_of["bomFormat"] == "CycloneDX" and made_of["metadata"]["component"]["name"] == function
    names = {component["name"] for component in made_of["components"]}
    assert {"aws-sdk-dynamodb", "lambda_runtime", "tokio", "serde"} <= names, names


def unavailable(stack):
    answer = call(f"{stack.url}/reports", body=report("early"))
    assert answer.status >= 500, answer.text
    assert not stack.items("CasesTable")


def keys_init(stack):
    first, again = (stack.desk_command("keys", "init").stdout for _ in range(2))
    assert "made mail 1, release 1, receipt" in first, first
    assert "already" in again, again


def filed_and_verified(stack):
    reporter = Reporter(stack, "late", "late-reporter@example.org")
    receipt = stack.work / "receipt.jws"
    receipt.write_text(reporter.filed["receipt"])
    said = stack.shell(stack.desk, "--url", stack.url, "receipt", "verify", str(receipt)).stdout
    assert reporter.case in said, said
    return reporter


def acknowledged(stack, mailbox, reporter):
    pressed = acknowledge_by_mail(stack, mailbox, reporter.case, "bob@example.com")
    assert pressed.status == 200, pressed.text
    assert reporter.page()["stage"] == "Acknowledged", reporter.page()["stage"]
    assert reporter.clock("acknowledgement")["state"] == "met"
    mailbox.wait("rita-reporter@example.org", reporter.case, "acknowledged")


def published(stack, mailbox, reporter, member):
    s3, bucket = stack.client("s3"), stack.outputs["SiteBucket"]

    def written():
        keys = {o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}
        return keys if any(reporter.case in key and key.endswith(".html") for key in keys) else None

    keys = wait(written, 180, "the advisory's page")
    case, asked = member.show(reporter.case), stack.asked
    assert case["advisory"]["published"]["by"] == "desk", "by itself, as the registry showed the fix"
    shown = next(line["registry"] for line in case["lines"] if line["line"] == "express@4")
    assert (shown["state"], shown["integrity"]) == ("seen", "sha512-AAAA"), shown
    # As it was recorded, and once more before it was published.
    assert asked.count("express@4.19.2") >= 2 and set(asked) == {"express@4.19.2", "express@"}, asked
    page = next(key for key in keys if reporter.case in key and key.endswith(".html"))
    assert b"Open redirect" in s3.get_object(Bucket=bucket, Key=page)["Body"].read()
    mailbox.wait("express-js@googlegroups.com", "Open redirect", seconds=120)
    mailbox.wait("rita-reporter@example.org", reporter.case, "published")
    wait(lambda: all(state == "done" for state in state_of_channels(stack, reporter.case)), 180, "seen on every channel")
    assert all(c["state"] in ("done", "disabled") for c in member.show(reporter.case)["channels"])
    checked = call(f"{stack.url}/check?package=express&version=4.18.2", headers={"accept": "application/json"})
    assert checked.status == 200, checked.text
    stack.invoke("fan-out", {"source": "aws.events"})
    assert s3.get_object(Bucket=bucket, Key="figures.json")["Body"].read(), "the hour's turn shows the figures"


def state_of_channels(stack, case):
    items = [i for i in stack.items("CasesTable") if i["sk"]["S"].startswith("CHANNEL#") and case in i["pk"]["S"]]
    return [item["state"]["S"] for item in items] or ["none is planned"]


def claims_of(receipt):
    """What a receipt says; its signature differs each time."""
    part = receipt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def conversation(stack, mailbox, bob):
    asked = Reporter(stack, "asked", "asked@example.org")
    bob.tell(asked.case, "assign", member="bob").ok()
    bob.tell(asked.case, "request-information", questions=f"{SECRET} questions").ok()
    key = {"authorization": f"Bearer {asked.filed['receipt_code']}", "idempotency-key": "answer-1"}
    answers = [call(f"{stack.url}/case/messages", body={"text": f"{SECRET} answer"}, headers=key) for _ in range(2)]
    assert answers[0].ok() == answers[1].ok(), "the same key, the same answer"
    first = bob.tell(asked.case, "update", key="update-1", message=f"{SECRET} update").ok()
    assert bob.tell(asked.case, "update", key="update-1", message=f"{SECRET} update").ok() == first
    own = {"authorization": key["authorization"]}
    again = call(f"{stack.url}/case/receipt", headers=own)
    assert again.status == 200 and claims_of(again.text) == claims_of(asked.filed["receipt"]), again.text
    assert call(f"{stack.url}/case/code", body={}, headers=own).ok()["receipt_code"]
    assert call(f"{stack.url}/case", headers=own).status == 404, "the reporter's own old code opens nothing"
    bob.tell(asked.case, "reissue-code").ok()
    mailbox.wait("asked@example.org", asked.case, "new receipt code")
    assert call(f"{stack.url}/case", headers=key).status == 404, "the code of before opens nothing"
    for query in ("", "?handler=bob"):
        listed = call(f"{stack.url}/desk/api/cases{query}", headers=bob.headers).ok()["cases"]
        assert asked.case in [row["case_id"] for row in listed], listed

    bounces = Reporter(stack, "bounces", "bounce@simulator.amazonses.com")
    wait(lambda: state.of(stack, bounces.case).get("bounced"), 60, "the bounce is known")
    wait(lambda: any("bounced" in str(i) for i in state.log(stack, bounces.case)), 60, "and the case's log says so")


def comment(stack, mailbox, alice):
    """By the form and by the API: to who answers for the policy alone, who answers it."""
    page = call(f"{stack.url}/policy/comment", form={"comment": f"{SECRET} comment", "email": "commenter@example.org"})
    assert page.status == 201 and call(f"{stack.url}/policy/comment").status == 200, page.text
    told = mailbox.wait(alice.address, "A comment on the security policy")
    case = re.search(r"/desk/cases/(\S+)", told)[1]
    listed = call(f"{stack.url}/desk/api/comments", headers=alice.headers).ok()["cases"]
    assert case in [row["case_id"] for row in listed], listed
    assert call(f"{stack.url}/desk/comments", headers=alice.headers).status == 200
    assert SECRET in call(f"{stack.url}/desk/cases/{case}", headers=alice.headers).text
    alice.tell(case, "answer-comment", message="Every day counts.").ok()
    assert "Every day counts." in mailbox.wait("commenter@example.org", case, "Your comment on our policy")
    assert call(f"{stack.url}/policy/comment", body={"comment": f"{SECRET} more"}).status == 201


def kms_fails(stack):
    def cases():
        return sorted(i["pk"]["S"] for i in stack.items("CasesTable") if i["sk"]["S"] in ("CASE", "KEY", "CODE"))

    before = cases()
    stack.proxy.failing.add("kms")
    try:
        answer = call(f"{stack.url}/reports", body=report("kms"))
    finally:
        stack.proxy.failing.clear()
    assert (answer.status, answer.headers["retry-after"]) == (503, "30"), answer.text
    assert "receipt" not in answer.json(), answer.text
    assert cases() == before


def left_alone(mailbox, late, member):
    mailbox.wait("alice@example.com", late.case, "Due ", seconds=240)
    mailbox.wait("olivia@example.net", late.case, "Missed", seconds=240)
    assert late.clock("acknowledgement")["state"] == "breached", late.clock("acknowledgement")
    assert member.show(late.case)["handler"], "somebody was chosen when nobody took it"
    told = mailbox.find("late-reporter@example.org", late.case)
    assert any("did not happen" in text for text in told), told


def digest(mailbox):
    text = mailbox.wait("alice@example.com", "Your digest", seconds=240)
    assert "EXP-" in text, text


def heartbeat(stack):
    wait(lambda: len(stack.beats) >= 2, 150, "two heartbeats")


def doctor(stack):
    """From outside, with what this emulator answers: its SES signs nothing, and no name of the policy is in the DNS."""
    stack.client("sesv2").create_email_identity(EmailIdentity=stack.outputs["Identity"])
    done = stack.desk_command("doctor", "--url", stack.url, "--policy", str(stack.policy), "--json", check=False)
    told = json.loads(done.stdout)
    health = {finding["about"]: finding["health"] for finding in told["findings"]}
    for about in ("identity", "sender", "sandbox", "sending rate", "subscribers", "last tick", "heads", "keys", "restore", "policy", "security.txt"):
        assert health[about] == "well", (about, told)
    assert "could not be asked" not in next(f["found"] for f in told["findings"] if f["about"] == "alarms"), told
    assert health["DKIM"] == "ill" and done.returncode == 1 and not told["well"], told
    assert all("todo" in finding for finding in told["findings"] if finding["health"] != "well"), told


if __name__ == "__main__":
    main()
