"""Mail that comes in: put into the inbound bucket as SES puts it, which starts the deployed function. What SES itself does before
(which recipients, which verdicts) no emulator does."""

import base64
import datetime
import json
import os
import re
import time
import uuid
from email.utils import formatdate

import state
from journeys import SECRET, Reporter, call
from stack import NAME, wait, wait_or_none

DESK = "security@example.org"
RITA = "rita-by-mail@example.com"
CASE = re.compile(r"EXP-\d{4}-(?:U[0-9A-Z]{6}|[0-9A-Z]{5})")


def raw(sender, to=DESK, subject="Open redirect", text=f"{SECRET} by mail", message=None, headers=(), attached=b""):
    """A mail as it lies in the bucket: SES's own headers, then the sender's. It passed every check."""
    domain = sender.rpartition("@")[2]
    host = f"mail.{domain}"
    found = f"(spfCheck: domain of {domain} designates 192.0.2.10 as permitted sender)"
    spf = f"{found} client-ip=192.0.2.10; envelope-from={sender}; helo={host};"
    kind = 'multipart/mixed; boundary="part"' if attached else 'text/plain; charset="utf-8"'
    lines = [
        f"Return-Path: <{sender}>",
        f"Received: from {host} ({host} [192.0.2.10])",
        f" by inbound-smtp.us-east-1.amazonaws.com with SMTP id {uuid.uuid4().hex}",
        f" for {to};",
        f" {formatdate()[:-5]}+0000 (UTC)",
        "X-SES-Spam-Verdict: PASS",
        "X-SES-Virus-Verdict: PASS",
        f"Received-SPF: pass {spf}",
        "Authentication-Results: amazonses.com;",
        f" spf=pass {spf}",
        f" dkim=pass header.i=@{domain};",
        f" dmarc=pass header.from={domain};",
        f"X-SES-RECEIPT: {base64.b64encode(os.urandom(90)).decode()}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=one; h=from:to:subject:message-id; bh=AA==; b=AA==",
        f"From: {SECRET} Name <{sender}>",
        f"To: {to}",
        f"Subject: {SECRET} {subject}",
        f"Date: {formatdate()}",
        f"Message-ID: {message or new_message_id(domain)}",
        "MIME-Version: 1.0",
        *headers,
        f"Content-Type: {kind}",
        "",
    ]
    if attached:
        lines += [
            "--part", 'Content-Type: text/plain; charset="utf-8"', "", text, "--part",
            "Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{SECRET}.bin"', "",
        ]
        encoded = base64.encodebytes(attached).replace(b"\n", b"\r\n")
        return "\r\n".join(lines).encode() + b"\r\n" + encoded + b"--part--\r\n"
    return "\r\n".join([*lines, text, ""]).encode()


def new_message_id(domain):
    return f"<{uuid.uuid4().hex}@{domain}>"


class Inbound:
    def __init__(self, stack, mailbox):
        self.stack, self.mailbox, self.s3 = stack, mailbox, stack.client("s3")

    def put(self, mail, key=None):
        key = key or uuid.uuid4().hex + "g1"
        self.s3.put_object(Bucket=self.stack.outputs["InboundBucket"], Key=key, Body=mail)
        return key

    def lies(self, key):
        return key in keys_in(self.s3, self.stack.outputs["InboundBucket"])

    def taken(self, key, seconds=60):
        wait(lambda: not self.lies(key), seconds, "the mail is taken in and removed")

    def cases(self):
        """But for the canary's, which flies when it likes."""
        items = [i for i in self.stack.items("CasesTable") if i["sk"]["S"] == "CASE"]
        real = [i for i in items if not any('"canary":true' in text for text in state.texts(i))]
        return {item["pk"]["S"].removeprefix("CASE#") for item in real}

    def filed(self, mail, sender, seconds=60):
        """Puts it; the case that it became, and the receipt that its sender got."""
        before, key = self.cases(), self.put(mail)
        self.taken(key, seconds)
        return self.receipt(sender, before)

    def receipt(self, sender, before):
        receipts = wait(lambda: self.mailbox.to(sender), 60, f"a receipt to {sender}")
        case = CASE.search(receipts[0]["subject"])
        new = self.cases() - before
        assert case and new == {case[0]}, f"{receipts[0]['subject']} of {new}"
        return case[0], receipts[0]

    def sealed(self):
        """What lies in the bucket of sealed content."""
        bucket = self.stack.outputs["ContentBucket"]
        return {key: self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys_in(self.s3, bucket)}

    def changes_nothing(self, mail, key=None):
        """Whatever becomes of it, nobody gets a mail and there is no case more."""
        before, mails = self.cases(), len(self.mailbox.messages())
        key = self.put(mail, key)
        return key, lambda: self.nothing(before, mails)

    def nothing(self, before, mails):
        state.settled(self.stack)
        new = self.cases() - before
        told = [m["subject"] for m in self.mailbox.messages()[mails:] if any(case in m["subject"] for case in new)]
        assert not told, told
        return new


def keys_in(s3, bucket):
    return {thing["Key"] for thing in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}


def report(stack, mailbox):
    """A report by mail: a case, a receipt, a page; the mail is gone, and kept only sealed."""
    inbound = Inbound(stack, mailbox)
    before = inbound.sealed()
    case, receipt = inbound.filed(raw(RITA), RITA)
    mailbox.wait("alice@example.com", case, "New report")
    assert receipt["reply-to"] and DESK.partition("@")[0] in receipt["reply-to"], receipt["reply-to"]
    kept = {key: body for key, body in inbound.sealed().items() if key not in before}
    assert kept, "the mail as it came is kept"
    for key, body in kept.items():
        assert body.startswith(b"age-encryption.org/v1"), f"{key} is not sealed"
        assert SECRET.encode() not in body and RITA.encode() not in body, key
    return case, receipt


def twice(stack, mailbox):
    """The same mail, put once more by a sender whose server heard no answer."""
    inbound, mail = Inbound(stack, mailbox), raw("twice@example.com", message=new_message_id("example.com"))
    case, _ = inbound.filed(mail, "twice@example.com")
    before = inbound.cases()
    inbound.taken(inbound.put(mail))
    assert inbound.cases() == before
    state.settled(stack)
    assert len(mailbox.to("twice@example.com")) == 1


def automatic(stack, mailbox):
    """An answer by a machine: whoever answers it makes a loop. Nor does what SES itself puts into a new bucket."""
    inbound, away = Inbound(stack, mailbox), "away@example.com"
    mail = raw(away, subject="Out of office", headers=["Auto-Submitted: auto-replied"])
    key, nothing = inbound.changes_nothing(mail)
    inbound.taken(key)
    nothing()
    assert not mailbox.to(away)
    setup = b"Return-Path: <noreply@amazon.com>\r\nSubject: Amazon SES Setup Notification\r\n\r\nYou received this.\r\n"
    _, nothing = inbound.changes_nothing(setup, "AMAZON_SES_SETUP_NOTIFICATION")
    stack.invoke("inbox", {"sweep": True})
    assert not nothing(), "it is a case now"


def acknowledged(stack, mailbox):
    """A member answers the page with ACK: the promise is kept. A second one is told that it was not needed."""
    inbound, sender, bob = Inbound(stack, mailbox), "acknowledge-me@example.com", "bob@example.com"
    case, _ = inbound.filed(raw(sender), sender)
    mailbox.wait(bob, case, "New report")
    page = next(message for message in mailbox.to(bob) if case in message["subject"] and "New report" in message["subject"])
    # No secret: what a member writes to who wrote by mail goes by mail.
    for text in ("ACK\r\n\r\nThank you. I look into it.", "ACK"):
        inbound.taken(inbound.put(raw(bob, to=str(page["reply-to"]), subject=f"Re: {page['subject']}", text=text)))
    acknowledgements = [event for event in map(str, state.log(stack, case)) if '"kind":"acknowledgement"' in event]
    assert len(acknowledgements) == 1, acknowledgements
    mailbox.wait(sender, case, "acknowledged")
    mailbox.wait(bob, case, "ACK was not taken")


def away(stack, mailbox, member):
    """A member says by mail when they are away, and is told."""
    inbound, day = Inbound(stack, mailbox), datetime.date.today() + datetime.timedelta(days=60)
    inbound.taken(inbound.put(raw(member.address, subject="Holidays", text=f"AWAY {day}")))
    mailbox.wait(member.address, "You are away")
    said = call(f"{stack.url}/desk/api/rota", headers=member.headers).ok()["away"]
    assert str(day) in [row["from"] for row in said], said


def after_all(stack, mailbox, member):
    """What was filed is a report after all: a case of its own from then on, with the mail as it came; who may be a program is not written to."""
    inbound, sender = Inbound(stack, mailbox), "not-a-machine@example.com"
    _, nothing = inbound.changes_nothing(mail := raw(sender, subject="Out of office", headers=["Precedence: bulk"]))
    filed = wait(nothing, 60, "it is filed").pop()
    listed = call(f"{stack.url}/desk/api/filed", headers=member.headers).ok()["cases"]
    assert filed in [row["case_id"] for row in listed], listed
    answer = member.tell(filed, "treat-as-report").ok()
    opened = answer["opened"]["case_id"]
    assert answer["opened"]["receipt_code"] and "has no address" in str(answer["warnings"]), answer
    wait(lambda: any(opened in message["subject"] for message in mailbox.to("bob@example.com")), 60, "the team hears of it")
    assert not mailbox.to(sender), "whoever may be a program has a mail"
    content = member.show(opened)["mail"]["content"]
    kept = call(f"{stack.url}/desk/cases/{opened}/mail/{content}", headers=member.headers)
    assert kept.status == 200 and kept.text.encode() == mail, "the mail is not the one that came"
    # The pages read what the API does not: closed cases, who read a case, who is on call.
    lists = re.findall(r'<a href="(/desk[^"]*)"', call(f"{stack.url}/desk", headers=member.headers).text.partition("</nav>")[0])
    assert "/desk/figures" in lists, lists
    for page in (*lists, *(f"/desk/cases/{opened}{of}" for of in ("", "/history", "/take"))):
        shown = call(f"{stack.url}{page}", headers=member.headers)
        assert shown.status == 200, f"{page}: {shown.status} {shown.text}"
    nothing = call(f"{stack.url}/desk/no-such-page", headers=member.headers)
    assert nothing.status == 404 and '<a href="/desk/mine"' in nothing.text, f"{nothing.status} {nothing.text}"


def answered(stack, mailbox, filed):
    """An answer to the address that the receipt names: it joins the case."""
    case, receipt = filed
    inbound = Inbound(stack, mailbox)
    before, events = inbound.cases(), len(state.log(stack, case))
    headers = [f"In-Reply-To: {receipt['message-id']}", f"References: {receipt['references']} {receipt['message-id']}"]
    subject = str(receipt["subject"])
    inbound.taken(inbound.put(raw(RITA, to=str(receipt["reply-to"]), subject=f"Re: {subject}", headers=headers)))
    wait(lambda: len(state.log(stack, case)) > events, 30, "the answer is an event of its case")
    assert inbound.cases() == before, "it is no new case"


def later(stack, mailbox):
    """KMS fails: the mail lies where it is, what was tried in vain is in the failures queue, and the schedule takes it."""
    inbound, sender = Inbound(stack, mailbox), "later@example.com"
    sqs, queue, before = stack.client("sqs"), stack.outputs["FailuresQueue"], inbound.cases()
    sqs.purge_queue(QueueUrl=queue)
    stack.proxy.failing.add("kms")
    try:
        tried = len(stack.proxy.calls)
        key = inbound.put(raw(sender))
        wait(lambda: asked_kms(stack, tried), 60, "the function was woken and asked KMS")
        # Once more, as AWS invokes it: with two more tries, which the emulator's EventBridge does not make.
        record = {"s3": {"bucket": {"name": stack.outputs["InboundBucket"]}, "object": {"key": key}}}

        def refused():
            stack.client("lambda").invoke(
                FunctionName=f"{NAME}-inbox", InvocationType="Event", Payload=json.dumps({"Records": [record]}))
            return wait_or_none(lambda: state.messages(stack), 30)

        # Where somebody is still at the mail, it is left to them, and nothing has failed: asked for again.
        wait(refused, 120, "the failures queue has it")
        failed = json.loads(state.messages(stack)[0]["Body"])
        assert failed["requestContext"]["functionArn"].endswith("-inbox"), failed
        assert failed["requestPayload"]["Records"] == [record], failed
        assert inbound.lies(key) and inbound.cases() == before
    finally:
        stack.proxy.failing.clear()

    def swept():
        stack.invoke("inbox", {"sweep": True})
        return not inbound.lies(key)

    # Whoever tried in vain may still be at it: the schedule comes again, as it does here.
    wait(swept, 150, "the mail is taken in and removed")
    inbound.receipt(sender, before)
    sqs.purge_queue(QueueUrl=queue)


def suppressed(stack, mailbox):
    """After a mail to it came back for good, the next is not sent, and its case knows. (That an address is written to again once it
    has written is tested where the store is: what comes from SES's own bouncing address is automatic mail.)"""
    dead = "bounce@simulator.amazonses.com"
    first = Reporter(stack, "comes back", dead)
    wait(lambda: state.of(stack, first.case).get("bounced"), 60, "the bounce is known")
    sent = len(mailbox.to(dead))
    second = Reporter(stack, "is not sent", dead)
    wait(lambda: any("bounced" in str(event) for event in state.log(stack, second.case)), 60, "the case knows that nobody has it")
    assert len(mailbox.to(dead)) == sent, "it was sent all the same"


def asked_kms(stack, since):
    ours = {key for key, function in stack.access_keys().items() if function == "inbox"}
    return [call for call in stack.proxy.calls[since:] if call[0] in ours and call[1].startswith("kms:")]


def large(stack, mailbox):
    """As large as SES takes them, 40 MB, with a fifth of the function's memory to spare."""
    inbound, sender = Inbound(stack, mailbox), "large@example.com"
    mail = raw(sender, attached=os.urandom(28_500_000))
    assert 38e6 < len(mail) < 40 * 2**20, len(mail)
    start = time.monotonic()
    inbound.filed(mail, sender, seconds=120)
    peak, seconds = stack.peaks()["inbox"], time.monotonic() - start
    print(f"memory  a mail of {len(mail) // 2**20} MiB was taken in within {seconds:.0f} s and {peak} MiB", flush=True)
    has = stack.client("lambda").get_function_configuration(FunctionName=f"{NAME}-inbox")["MemorySize"]
    assert peak < 0.8 * has, f"{peak} of {has} MiB"


def again(stack, mailbox):
    """After the bucket is another one: mail was turned off and on."""
    inbound, sender = Inbound(stack, mailbox), "again@example.com"
    inbound.filed(raw(sender), sender)
