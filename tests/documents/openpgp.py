"""OpenPGP as Debian's gpg sees it: what the desk sends to people with keys, and what it reads of theirs.

usage: openpgp.py DESK: the desk's binary.
"""

import email
import json
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from email import policy
from pathlib import Path

from sectxt import Parser

import letters
from counting import attempt, check, end
from desk import Desk, Refused
from gpg import Gpg, crlf, encrypted_mime, signed_mime
from people import Person

ROOT = Path(__file__).resolve().parents[2]
KEY_PATH = "/openpgp-key.asc"
MARKER = "wobblegate"
WORDS = f"There is a {MARKER} hole in it. Grüße.\n"
ANSWER = f"Here is more of the {MARKER}, with the steps.\n"
THANKS = "Thank you; I can quixotrope it.\nBob"
STEPS = "We fix it by Friday, says the plimsollary."


class Key:
    """A person's key pair, their fingerprint and the ids of its keys."""

    def __init__(self, gpg, address, **how):
        self.fingerprint = gpg.new(address, **how)
        self.public = gpg.public(self.fingerprint)
        self.ids = gpg.key_ids(self.fingerprint)

    def attached(self):
        return (self.public.encode(), "application", "pgp-keys", "key.asc")


class Pgp:
    """A desk, a key ring that holds everybody's secrets but the desk's, and what is known of both."""

    def __init__(self, desk, gpg, keys):
        self.desk, self.gpg, self.keys = desk, gpg, keys
        status, self.certificate = desk.ask(KEY_PATH)
        if status != 200:
            raise Refused(f"{KEY_PATH} answers {status}")
        self.desk_key = gpg.import_(self.certificate)

    def opened(self, letter, key):
        """The entity in a mail of the desk to the owner of `key`, and what is wrong with its outside."""
        wrong = list(outside(letter))
        read = self.gpg.read(letter.message.get_payload(1).get_payload(decode=True), at=self.desk.now())
        if read.signer != self.desk_key:
            wrong.append(f"signed by {read.signer}, and the desk's key is {self.desk_key}: {read.status}")
        if len(read.to) != 1 or read.to[0] not in key.ids:
            wrong.append(f"encrypted to {read.to}, and the key is {key.ids}")
        if b"\n" in read.plain.replace(b"\r\n", b""):
            wrong.append("a line of the entity does not end with CRLF")
        entity = email.message_from_bytes(read.plain, policy=policy.default)
        return entity, wrong

    def all_opened(self, name, mails, key, words=()):
        """Every one of `mails` is encrypted to `key`, signed, a whole letter inside, and together they hold `words`."""
        wrong, texts = [] if mails else ["there are none"], []
        for letter in mails:
            if not letter.encrypted:
                wrong.append(f"{letter}: in clear, as {letter.message.get_content_type()}")
                continue
            entity, found = self.opened(letter, key)
            wrong += [f"{letter}: {problem}" for problem in (*found, *inside(entity))]
            texts.append(text_of(entity))
        wrong += [f"no mail holds {word!r}" for word in words if not any(word in text for text in texts)]
        check(f"{name}: {len(mails)} mails are encrypted to the key and signed by the desk", wrong)
        return texts


def outside(letter):
    """RFC 3156, 4: two parts, the first says the version, the second is the message; nothing of it stands in clear."""
    message = letter.message
    if message["Content-Type"].params.get("protocol") != "application/pgp-encrypted":
        yield f"protocol {message['Content-Type']}"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    if kinds != ["application/pgp-encrypted", "application/octet-stream"]:
        yield f"parts {kinds}"
        return
    control, data = (part.get_payload(decode=True) for part in message.iter_parts())
    if control.strip() != b"Version: 1":
        yield f"the control part says {control!r}"
    if not re.fullmatch(rb"-----BEGIN PGP MESSAGE-----\r?\n.*-----END PGP MESSAGE-----", data.strip(), re.DOTALL):
        yield "the data is no armoured message"
    for rule in (letters.parses, letters.headers, letters.lines, letters.ids, letters.to_a_person):
        yield from rule(letter)
    if (message.preamble or "").strip() or (message.epilogue or "").strip():
        yield "text around the parts"


def inside(entity):
    """A MIME entity by itself, without a defect: text first."""
    yield from (f"inside: {d!r}" for part in entity.walk() for d in part.defects)
    parts = [part for part in entity.walk() if not part.is_multipart()]
    if not parts or parts[0].get_content_type() != "text/plain":
        yield f"inside: {[part.get_content_type() for part in entity.walk()]}"
    if "Content-Type" not in entity:
        yield f"inside: no Content-Type in {entity.keys()}"
    letter = letters.Letter(entity.as_bytes())
    if letter.part("text/html"):
        yield from (f"inside: {problem}" for rule in (letters.parts, letters.html, letters.twins) for problem in rule(letter))


def text_of(entity):
    part = next((part for part in entity.walk() if part.get_content_type() == "text/plain"), None)
    return part.get_content().replace("\r\n", "\n") if part else ""


def published(pgp):
    """The key is where security.txt says, and what gpg would use for a mail to the desk."""
    text = pgp.desk.ask("/.well-known/security.txt")[1]
    parsed = Parser(text)
    check("security.txt with a key: RFC 9116", [str(error) for error in parsed.errors])
    named = re.findall(r"^Encryption: (.*)$", text.decode(), re.MULTILINE)
    desk_url = re.search(r'^desk_url = "(.*)"', (ROOT / "infra/policies/express.toml").read_text(), re.MULTILINE)[1]
    check("security.txt names the key", [] if named == [desk_url + KEY_PATH] else [str(named)])
    listed = pgp.gpg.run("--with-colons", "--list-keys", pgp.desk_key, at=pgp.desk.now())[0].decode().splitlines()
    rows = [line.split(":") for line in listed]
    wrong = [] if any("<security@expressjs.com>" in line for line in listed) else [f"no security address: {listed}"]
    wrong += [f"{row[0]} {row[4]} is {row[1]}" for row in rows if row[0] in ("pub", "sub") and row[1] in "ier"]
    wrong += [] if "e" in rows[[row[0] for row in rows].index("sub")][11] else ["its first subkey does not encrypt"]
    wrong += [] if b"PRIVATE" not in pgp.certificate else ["a private key is published"]
    check("gpg imports the desk's key and would use it", wrong)


def reporters(pgp):
    """From the mail on that carries their key, everything to them is encrypted: what machines write, and what people do."""
    desk = pgp.desk
    for way in ("attached", "inline"):
        key = pgp.keys[way]
        rita = Person(desk, "Rita", f"{way}@example.org")
        more = [key.attached()] if way == "attached" else ()
        text = WORDS if way == "attached" else f"{WORDS}\nMy key:\n\n{key.public}\n-- \nRita\n"
        case = rita.send(rita.write("A report", text, more=more))["case_id"]
        acknowledged(desk, case, by_mail=way == "inline")
        desk.do(case, "respond", "bob", message="It is real.", next_steps=STEPS)
        desk.do(case, "validate", "bob", reason="Confirmed.")
        desk.do(case, "accept", "bob")
        desk.do(case, "request-information", "bob", questions="On which port?")
        # What a member writes by mail could not be encrypted on its way: it waits on the case page.
        thanks = ("Bob Example of the Express security team has written to you",) if way == "inline" else THANKS.splitlines()
        words = (*thanks, STEPS, "Confirmed.", "On which port?", "receipt code")
        texts = pgp.all_opened(f"a reporter with an {way} key", rita.received(case), key, words)
        receipt = next((part for part in receipts(pgp, rita.received(case), key)), None)
        check(f"a reporter with an {way} key: the receipt is inside", [] if receipt else ["no receipt.jws"])
        silent = [f"{m}: {p}" for m in rita.received(case) for p in letters.silent(m, (MARKER, "quixotrope", "plimsollary"))]
        check(f"a reporter with an {way} key: no word of it in clear", silent)
        # Their answers, encrypted and signed, are read by the team.
        question, asked = rita.last(case), texts[-1] if texts else ""
        mail = rita.answer(question, "", quoted="(encrypted)")
        body = crlf(f"Content-Type: text/plain; charset=utf-8\n\n{ANSWER}\n> {asked.splitlines()[0] if asked else ''}\n").encode()
        answered = rita.send(instead(mail, *encrypted_mime(pgp.gpg.encrypt(body, pgp.desk_key, key.fingerprint))))
        message = desk.show(case, "bob")["messages"][-1]
        wrong = [] if answered["outcome"] == "replied" and answered["case_id"] == case else [str(answered)]
        wrong += [] if ANSWER.strip() in json.dumps(message) else [f"the team reads {message}"]
        wrong += signature(message.get("mail"), "good", key.fingerprint)
        check(f"a reporter with an {way} key: their encrypted answer is read, its signature good", wrong)


def acknowledged(desk, case, by_mail):
    if not by_mail:
        desk.do(case, "acknowledge", "bob", message=THANKS)
        return
    bob = Person(desk, "Bob Example", "bob@example.org")
    outcome = bob.send(bob.answer(bob.last(case), f"ACK\n{THANKS}", quoted="(encrypted)"))
    if outcome["outcome"] != "acknowledged":
        raise Refused(str(outcome))


def receipts(pgp, mails, key):
    for letter in mails:
        if letter.encrypted:
            entity, _ = pgp.opened(letter, key)
            yield from (part for part in entity.walk() if part.get_filename() == "receipt.jws")


def signature(mail, state, by=None):
    found = ((mail or {}).get("opened") or {}).get("signature")
    if not found or found["state"] != state or (by and found.get("by") != by):
        yield f"the signature is {found}, and should be {state} {by or ''}"


def instead(mail, head, body):
    """The mail with another body: a program's headers, gpg's content."""
    for name in ("Content-Type", "Content-Transfer-Encoding", "MIME-Version"):
        del mail[name]
    mail.set_payload("")
    headers = mail.as_bytes().partition(b"\r\n\r\n")[0]
    return headers + b"\r\n" + head.encode() + b"\r\n\r\n" + body.encode()


def members(pgp):
    """A member with a key in the policy is written to in secret, the others as before."""
    mails = letters.of(pgp.desk, "bob@example.org")
    pgp.all_opened("a member with a key in the policy", mails, pgp.keys["bob"], ("A new report has come in to the Express",))
    others = [m for m in letters.of(pgp.desk, "alice@example.com") if m.encrypted]
    check("a member without a key is written to in clear", [str(m) for m in others])


def reports(pgp):
    """What gpg encrypts to the desk's key becomes a report that the team reads."""
    gpg, desk, key = pgp.gpg, pgp.desk, pgp.keys["sam"]
    entity = crlf(f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{WORDS}").encode()
    sam = Person(desk, "Sam", "sam@example.com")

    def comes(mail):
        outcome = sam.send(mail)
        if outcome["outcome"] != "reported":
            raise Refused(str(outcome))
        return outcome["case_id"], desk.show(outcome["case_id"], "alice")

    def reads(name, mail, state, by=None):
        case, shown = comes(mail)
        opened = ((shown.get("mail") or {}).get("opened") or {}).get("text", "")
        wrong = [] if WORDS.strip() in opened.replace("\r\n", "\n") else [f"the team reads {shown.get('mail')}"]
        check(f"{name} is read by the team", [*wrong, *signature(shown.get("mail"), state, by)])
        return case

    for name, signed, state in (("encrypted", None, "none"), ("encrypted and signed", key.fingerprint, "unknown-key")):
        armoured = gpg.encrypt(entity, pgp.desk_key, signed)
        reads(f"PGP/MIME, {name},", instead(sam.write("...", ""), *encrypted_mime(armoured)), state)
        block = gpg.encrypt(WORDS.encode(), pgp.desk_key, signed)
        reads(f"inline, {name},", sam.write("...", f"Hello,\n\n{block}\n-- \nSam\n"), state)
    with_key = sam.write("...", gpg.encrypt(WORDS.encode(), pgp.desk_key, key.fingerprint), more=[key.attached()])
    reads("inline with the sender's key attached, encrypted and signed,", with_key, "good", key.fingerprint)
    other = pgp.keys["attached"]
    with_others = sam.write("...", gpg.encrypt(WORDS.encode(), pgp.desk_key, other.fingerprint), more=[other.attached()])
    reads("inline with another's key attached, encrypted and signed by it,", with_others, "unknown-key")
    hidden = gpg.run("--armor", "--encrypt", "--hidden-recipient", pgp.desk_key, given=entity)[0].decode()
    reads("PGP/MIME to a hidden recipient", instead(sam.write("...", ""), *encrypted_mime(hidden)), "none")

    whole = sam.write("inner", WORDS, more=[(b"\x00frumious", "application", "octet-stream", "proof.bin")])
    for name in ("From", "To", "Subject", "Date", "Message-ID", "User-Agent"):
        del whole[name]
    mail = instead(sam.write("...", ""), *encrypted_mime(gpg.encrypt(whole.as_bytes(), pgp.desk_key)))
    case = reads("PGP/MIME with an attachment inside", mail, "none")
    attempt("the attachment inside is had as it was", attachment, desk, case)

    detached = gpg.run("--armor", "--detach-sign", "--local-user", key.fingerprint, given=entity)[0].decode()
    _, shown = comes(instead(sam.write("Signed", ""), *signed_mime(entity.decode(), detached)))
    wrong = [] if MARKER in shown["report"]["body"] and shown["mail"]["signed"] else [f"{shown['mail']}"]
    check("PGP/MIME that is only signed is a report in clear, marked as signed", wrong)

    armoured = gpg.encrypt(entity, pgp.desk_key)
    lines = armoured.splitlines()
    lines[6] = lines[6][::-1]
    for name, text in (
        ("changed on the way", "\n".join(lines)),
        ("cut", "\n".join(armoured.splitlines()[:6])),
        ("for another", gpg.encrypt(entity, key.fingerprint)),
    ):
        _, shown = comes(instead(sam.write("...", ""), *encrypted_mime(text)))
        mail = shown.get("mail") or {}
        wrong = [] if mail.get("unread") and not mail.get("opened") else [str(mail)]
        check(f"an encrypted mail {name} is a report all the same, and says why it is not opened", wrong)
    kept = [f"{m}: {p}" for m in letters.of(desk) for p in letters.silent(m, (MARKER, "frumious"))]
    check("no word of what was encrypted in any mail", kept)


def attachment(desk, case):
    listed = desk.show(case, "alice")["mail"]["attachments"]
    found = [part for part in listed if part["name"] == "proof.bin"]
    if len(found) != 1:
        raise Refused(f"listed: {listed}")
    path = desk.data / "proof.bin"
    desk.cli("case", "mail", case, "--attachment", str(found[0]["index"]), "--out", str(path), "--as", "alice")
    if path.read_bytes() != b"\x00frumious":
        raise Refused(str(path.read_bytes()))


def refused(pgp, keys, folder):
    """Keys that may not be used: refused in words where their owner can be told, never used where not."""
    desk = pgp.desk
    for name, word in (("expired", "expired on"), ("revoked", "revoked")):
        key = keys[name]
        path = with_key(folder / f"{name}.toml", key.public)
        checked = [desk.binary, "policy", "check", str(path)]
        told = subprocess.run(checked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        wrong = [] if told.returncode and word in told.stdout else [f"policy check: {told.returncode} {told.stdout}"]
        check(f"a key in the policy that is {name} is refused in words", wrong)
        report = {"package": "express", "versions": "4", "summary": "s", "details": "d",
                  "reporter": {"email": f"{name}@example.org", "answers": "mail", "openpgp_key": key.public}}
        status, answer = desk.ask("/reports", json.dumps(report).encode())
        wrong = [] if status == 422 and word in answer.decode() else [f"{status} {answer[:300]}"]
        check(f"a report with a key that is {name} is refused in words", wrong)
        rita = Person(desk, "Rita", f"{name}@example.org")
        outcome = rita.send(rita.write("A report", WORDS, more=[key.attached()]))
        mails = rita.received(outcome["case_id"])
        wrong = [] if mails and not any(m.encrypted for m in mails) else [f"{outcome}, {len(mails)} mails"]
        check(f"a mail with a key that is {name} is a report, and the key is not used", wrong)


def with_key(path, public):
    """Express's policy, with a key of Bob's."""
    text = (ROOT / "infra/policies/express.toml").read_text()
    key = f'openpgp_key = """\n{public}"""\n'
    text, count = re.subn(r'(id = "bob"\n(?:.*\n)*?roles = .*\n)', lambda m: m[1] + key, text, count=1)
    if count != 1:
        raise LookupError("the policy has no bob")
    path.write_text(text)
    return path


def main():
    long_ago = datetime.now(timezone.utc) - timedelta(days=400)
    with tempfile.TemporaryDirectory(prefix="desk-openpgp-", ignore_cleanup_errors=True) as name, Gpg() as gpg:
        folder = Path(name)
        keys = {
            "bob": Key(gpg, "bob@example.org"),
            "attached": Key(gpg, "attached@example.org", algorithm="future-default"),
            "sam": Key(gpg, "sam@example.com"),
            "inline": Key(gpg, "inline@example.org"),
            "expired": Key(gpg, "expired@example.org", until="1d", at=long_ago),
            "revoked": Key(gpg, "revoked@example.org"),
        }
        gpg.revoke(keys["revoked"].fingerprint)
        keys["revoked"].public = gpg.public(keys["revoked"].fingerprint)
        with Desk(sys.argv[1], folder, with_key(folder / "policy.toml", keys["bob"].public)) as desk:
            pgp = Pgp(desk, gpg, keys)
            attempt("the published key can be judged", published, pgp)
            attempt("mails to reporters with keys can be judged", reporters, pgp)
            attempt("encrypted reports can be judged", reports, pgp)
            attempt("mails to members with keys can be judged", members, pgp)
            attempt("keys that may not be used can be judged", refused, pgp, keys, folder)
    return end()


if __name__ == "__main__":
    sys.exit(main())
