"""Journeys over HTTP against the deployed stack, and what its people find in their mail."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import re
import struct
import time
import urllib.error
import urllib.parse
import urllib.request

from stack import wait

# In every free text that is not to be published: found anywhere in the clear, the desk has leaked it.
SECRET = "Xyzzyplugh"
DESK = "https://desk.example.org"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode(errors="replace")

    def json(self):
        return json.loads(self.text)

    def ok(self):
        assert 200 <= self.status < 300, f"{self.status}: {self.text}"
        return self.json()


def call(url, body=None, form=None, raw=None, headers=None):
    headers = dict(headers or {})
    data = raw
    if body is not None:
        data, headers["content-type"] = json.dumps(body).encode(), "application/json"
    if form is not None:
        data, headers["content-type"] = urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded"
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.headers, refused.read())


class Mailbox:
    def __init__(self, folder):
        self.folder = folder

    def messages(self):
        """Every mail with its headers, oldest first."""
        paths = sorted(self.folder.glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]

    def to(self, address):
        return [message for message in self.messages() if message["to"] == address]

    def all(self):
        """(to, subject, text), oldest first."""
        return [(str(m["to"]), str(m["subject"]), m.get_body(("plain",)).get_content()) for m in self.messages()]

    def find(self, to, *words):
        return [text for t, subject, text in self.all() if t == to and all(word in subject for word in words)]

    def wait(self, to, *words, seconds=60):
        return wait(lambda: self.find(to, *words), seconds, f"a mail to {to}: {' '.join(words)}")[0]


def report(place, mail=None):
    words = {"summary": "summary", "details": "details", "impact": "impact", "versions": "versions"}
    body = {"package": "express", **{field: f"{SECRET} {word} {place}" for field, word in words.items()}}
    body["reporter"] = {"name": f"{SECRET} name", "answers": "page", **({"email": mail} if mail else {})}
    return body


class Reporter:
    def __init__(self, stack, place, mail=None):
        self.stack = stack
        self.body = json.dumps(report(place, mail)).encode()
        self.filed = call(f"{stack.url}/reports", body=json.loads(self.body)).ok()
        self.case = self.filed["case_id"]

    def page(self):
        return call(f"{self.stack.url}/case", headers={"authorization": f"Bearer {self.filed['receipt_code']}"}).ok()

    def clock(self, name):
        return next((c for c in self.page()["clocks"] if c["name"] == name), None)


class Member:
    """Signs in by mail, as members do."""

    def __init__(self, stack, mailbox, name):
        self.stack, self.mailbox, self.address = stack, mailbox, f"{name}@example.com"
        self.acts_in(self.by_link().ok())

    def by_link(self):
        """What the link that is mailed is answered with."""
        before = len(self.mailbox.find(self.address, "sign-in"))
        assert call(f"{self.stack.url}/desk/sign-in", body={"address": self.address}).status == 202
        mails = wait(lambda: self.mailbox.find(self.address, "sign-in")[before:], 60, f"a sign-in link for {self.address}")
        token = re.search(r"/desk/session\?token=(\S+)", mails[0]).group(1)
        return call(f"{self.stack.url}/desk/session", body={"token": token})

    def acts_in(self, session):
        self.headers = {"authorization": f"Bearer {session['token']}"}

    def tell(self, case, command, key=None, **fields):
        body, headers = {"command": command, **fields}, {**self.headers, **({"idempotency-key": key} if key else {})}
        return call(f"{self.stack.url}/desk/api/cases/{case}/commands", body=body, headers=headers)

    def show(self, case):
        return call(f"{self.stack.url}/desk/api/cases/{case}", headers=self.headers).ok()

    def second_factor(self):
        """Added, asked for after the next link, and removed with a recovery code."""
        page = f"{self.stack.url}/desk/account/second-factor"
        offered = call(page, headers=self.headers).text
        secret = base64.b32decode(re.search(r"<p><code>([A-Z2-7 ]+)</code>", offered)[1].replace(" ", ""))
        offer = re.search(r'name="offer" value="([^"]+)"', offered)[1]
        now = int(time.time()) // 30
        added = call(page, form={"offer": offer, "code": one_time_code(secret, now)}, headers=self.headers)
        assert added.status == 200, added.text
        half = self.by_link()
        assert half.status == 202, half.text
        body = {"ticket": half.json()["ticket"], "code": one_time_code(secret, now + 1)}
        self.acts_in(call(f"{self.stack.url}/desk/session/code", body=body).ok())
        recovery = re.search(r"<li><code>([\w-]+)", added.text)[1]
        call(page, form={"remove": "1", "code": recovery}, headers=self.headers)
        assert self.by_link().status == 200, "it is still asked for"

    def sign_out(self):
        """Here, for good."""
        call(f"{self.stack.url}/desk/sign-out", body={"where": "here"}, headers=self.headers).ok()
        assert call(f"{self.stack.url}/desk/api/cases", headers=self.headers).status == 401


def file_by_page(stack, reporter, member):
    """Bytes that are no text come through the gateway, which carries them as base64, and are given out as they were sent."""
    sent = bytes(range(256)) * 8 + SECRET.encode()
    head = 'Content-Disposition: form-data; name="files"; filename="poc.bin"\r\nContent-Type: application/x-poc'
    headers = {"authorization": f"Bearer {reporter.filed['receipt_code']}", "content-type": "multipart/form-data; boundary=b"}
    raw = f"--b\r\n{head}\r\n\r\n".encode() + sent + b"\r\n--b--\r\n"
    call(f"{stack.url}/case/messages", raw=raw, headers=headers).ok()
    file = next(m["files"][0] for m in member.show(reporter.case)["messages"] if m.get("files"))
    assert (file["name"], file["sha256"]) == ("poc.bin", hashlib.sha256(sent).hexdigest()), file
    got = call(f"{stack.url}/desk/cases/{reporter.case}/files/{file['content']}", headers=member.headers)
    assert (got.status, got.body) == (200, sent), got.status


def acknowledge_by_mail(stack, mailbox, case, address):
    """The button of the page mail: looked at, then pressed."""
    text = mailbox.wait(address, case, "New report")
    link = re.search(rf"{DESK}(/desk/acknowledge\?t=\S+)", text).group(1)
    page = call(f"{stack.url}{link}")
    assert page.status == 200 and "<form" in page.text, page.text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    fields["message"] = f"{SECRET} acknowledged"
    action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
    return call(f"{stack.url}{action.group(1) if action else link}", form=fields)


def one_time_code(secret, step):
    """RFC 6238."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start:start + 4])[0] & 0x7fffffff) % 10**6:06}"


def previewed(member, case):
    """What would be published is looked at; one of its pages shows all that is."""
    form = member.show(case)["advisory"]["sha256"]
    deep = f"csaf/white/{case.split('-')[1]}/{case.lower()}.json"
    for name in (f"advisories/{case}.html", "feed.atom", deep):
        shown = call(f"{member.stack.url}/desk/cases/{case}/preview/{form}/{name}", headers=member.headers)
        assert shown.status == 200 and case in shown.text, f"{name}: {shown.status} {shown.text}"


def to_publication(bob, dave, case):
    """From acknowledged to published, by the team's API."""
    if not bob.show(case).get("handler"):
        bob.tell(case, "assign", member="bob").ok()
    steps = [
        (bob, "respond", {"message": f"{SECRET} response", "next_steps": f"{SECRET} steps"}),
        (bob, "note", {"text": f"{SECRET} note"}),
        (bob, "validate", {"reason": f"{SECRET} reason"}),
        (bob, "accept", {}),
        (bob, "score", {"severity": "high", "cwe": ["CWE-601"]}),
        (bob, "determine-affected",
         {"affected": [{"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"}]}),
        (bob, "record-audit", {"searched": f"{SECRET} searched", "result": "found", "findings": [f"{SECRET} finding"]}),
        (bob, "fix-ready", {"line": "express@4", "reference": f"{SECRET} reference"}),
        (bob, "ask-credit", {}),
        (bob, "record-credit", {"decision": "as", "as": "Rita Reporter"}),
        (bob, "draft-advisory", {"title": "Open redirect", "summary": "A redirect could lead elsewhere.",
                                 "details": "Update to 4.19.2."}),
        (dave, "approve-advisory", {}),
        (dave, "publish", {"at": "released"}),
        # The registry shows it at once, and the next tick of the schedule publishes.
        (bob, "fix-released", {"line": "express@4", "version": "4.19.2"}),
    ]
    for member, command, fields in steps:
        if command == "approve-advisory":
            previewed(member, case)
        answer = member.tell(case, command, **fields)
        assert answer.status == 200, f"{command}: {answer.status} {answer.text}"
