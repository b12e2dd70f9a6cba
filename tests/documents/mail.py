"""A case from report to announcement by mail alone, and every mail of it held against programs that are not ours: Python's
parser, an HTML parser, Dovecot and notmuch for the conversation, gpg for what the list gets.

usage: mail.py DESK: the desk's binary.
"""

import email
import sys
import tempfile
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from pathlib import Path

import letters
import threads
from counting import attempt, check, end
from desk import Desk, Refused
from gpg import Failed, Gpg, halves
from people import Person

# Words that no mail of the desk may hold: of the report, its attachment, its headers, and of the answers.
REPORT_WORDS = ("wobblegate", "zorkmid", "gribbleflix", "frumious", "victim@bystander.example.com", "quaggaproof", "blivetish")
# Of the advisory: in the announcement, and nowhere before it.
ADVISORY_WORDS = ("snorkelwhack", "plimsollary")
# What programs on the way like to change: a line that looks like a mailbox's, spaces that end lines, letters beyond ASCII, a long line.
DETAILS = f"""\
Update to 4.19.2.

From here on “user@” and no host is no address any more – with thanks for the care.

```
From: nobody  \nFrom \t
. \n{"a long line, " * 20}
```
"""
# Of the team's notes: in no mail at all.
NOTE_WORDS = ("bumbershoot",)

REPORT = """\
Hello,

in express 4.19.1 a wobblegate redirect leads elsewhere: with "https://user@" and
no host, res.redirect() takes zorkmid for a name. Grüße, and see the file.

-- \nRita
"""
THANKS = "Thank you, Rita. I have your report and look into it today – with care.\n\nBob Example"
RESPONSE = "We can reproduce it with a URL that has a user and no host.\nThe wire is quixotrope."
LONG = "A member may write a paragraph as one line, as web forms invite them to do: " + "it goes on and on, " * 12 + "and ends."
QUESTION = "Does it also happen behind a proxy?"
ANSWER = "Yes, nginx in front changes nothing. It is gribbleflix all the way down."
VALID = "Confirmed on 4.19.1 and 5.0.0-beta.2. Thank you for the clear steps."
DONE = "Released and announced. Thank you, Rita."
CAROL = "Thank you, Sam. I will look at this one.\n\nCarol"

CVSS = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"]
AFFECTED = [
    {"package": "express", "line": "express@4", "introduced": "0", "fixed": "4.19.2"},
    {"package": "express", "line": "express@5", "introduced": "5.0.0-alpha.1", "fixed": "5.0.0-beta.3"},
]
LIST = "express-js@googlegroups.com"
OUTSIDE = "olivia@example.net"
OF_NO_CASE = ("[Express] Your digest of ", "[Express] You are on call now")
WRITTEN = (THANKS, RESPONSE, LONG, QUESTION, VALID, DONE, CAROL)


class Story:
    """What happens, and what is known of it besides the desk."""

    def __init__(self, desk):
        self.desk = desk
        self.rita = Person(desk, "Rita Rapporteur", "rita@mail.example.org")
        self.sam = Person(desk, "Sam Second", "sam@example.com")
        self.alice = Person(desk, "Alice Example", "alice@example.com")
        self.bob = Person(desk, "Bob Example", "bob@example.org")
        self.carol = Person(desk, "Carol Example", "carol@example.net")
        self.dave = Person(desk, "Dave Example", "dave@example.com")
        self.team = (self.alice, self.bob, self.carol, self.dave)
        self.reporters = (self.rita, self.sam)
        self.case_of = {}

    def comes(self, wanted, person, mail, case=None, **found):
        """A person sends a mail, and it leads to what is wanted. Gives the case."""
        answer = person.send(mail, **found)
        if answer["outcome"] != wanted or (case and answer["case_id"] != case):
            raise Refused(f"{person.name}'s mail led to {answer}, and should have been {wanted} {case or ''}")
        self.case_of[str(mail["Message-ID"])] = answer["case_id"]
        return answer["case_id"]

    def reported(self):
        attached = [(b"frumious bytes", "application", "octet-stream", "quaggaproof.bin")]
        mail = self.rita.write("A blivetish redirect", REPORT, cc="victim@bystander.example.com", more=attached)
        self.case = self.comes("reported", self.rita, mail)

    def acknowledged(self):
        page = self.bob.last(self.case)
        self.comes("acknowledged", self.bob, self.bob.answer(page, f"ACK\n\n{THANKS}"), self.case)
        got = self.rita.last(self.case)
        if THANKS.splitlines()[0] not in got.text or "New report" in got.text or ">" in got.text:
            raise Refused(f"the reporter reads {got.text!r}")

    def others(self):
        """More cases for the same people: another reporter's, and a second one of the first's."""
        self.second = self.comes("reported", self.sam, self.sam.write("Something else", "Another wobblegate thing."))
        page = self.carol.last(self.second)
        self.comes("acknowledged", self.carol, self.carol.answer(page, f"ACK\n{CAROL}"), self.second)
        self.third = self.comes("reported", self.rita, self.rita.write("One more", "One more zorkmid thing."))
        page = self.alice.last(self.third)
        self.comes("noted", self.alice, self.alice.answer(page, "Is this the same as bumbershoot?"), self.third)

    def asked(self):
        do = self.desk.do
        do(self.case, "assign", "bob", member="bob")
        do(self.case, "respond", "bob", message=RESPONSE, next_steps="We fix 4.x and 5.x.")
        self.desk.advance("24h")
        do(self.case, "update", "bob", message=LONG)
        do(self.case, "request-information", "bob", questions=QUESTION)

    def answered(self):
        question = self.rita.last(self.case)
        if QUESTION not in question.text:
            raise Refused(f"the question is not the last mail: {question}")
        self.comes("replied", self.rita, self.rita.answer(question, ANSWER), self.case)
        message = self.desk.show(self.case, "bob")["messages"][-1]
        if message["from"] != "reporter" or not message["text"].startswith(ANSWER):
            raise Refused(f"the team reads {message}")
        if message["text"].strip() != ANSWER:
            raise Refused(f"what was quoted stands in the answer: {message}")

    def confirmed(self):
        do = self.desk.do
        do(self.case, "validate", "bob", reason=VALID)
        do(self.case, "score", "bob", cvss=CVSS, cwe=["CWE-601"])
        do(self.case, "accept", "bob")
        do(self.case, "determine-affected", "bob", affected=AFFECTED)
        do(self.case, "record-audit", "bob", searched="Every caller of encodeurl.", result="none")

    def published(self):
        do = self.desk.do
        for line, version in (("express@4", "4.19.2"), ("express@5", "5.0.0-beta.3")):
            do(self.case, "fix-ready", "bob", line=line, reference="https://github.example.org/express/pull/1")
            do(self.case, "fix-released", "dave", line=line, version=version)
        do(self.case, "ask-credit", "bob")
        ours = self.rita.answer(self.rita.last(self.case), "Please name me as I sign.")
        self.comes("replied", self.rita, ours, self.case)
        do(self.case, "record-credit", "bob", decision="as", **{"as": "Rita Rapporteur"})
        draft = {"title": "A snorkelwhack redirect", "summary": "It is plimsollary.", "details": DETAILS}
        do(self.case, "draft-advisory", "bob", **draft)
        do(self.case, "approve-advisory", "dave")
        self.before = [letter.message_id for letter in letters.of(self.desk)]
        do(self.case, "publish", "dave")
        self.desk.advance("1m")
        if "snorkelwhack" not in "".join(letter.text for letter in letters.of(self.desk, LIST)):
            raise Refused("nothing was announced to the list")

    def closed(self):
        self.desk.do(self.case, "close", "bob", resolution="fixed", reason=DONE)
        self.desk.settle()
        shown = self.desk.show(self.case, "bob")
        if shown["rm"] != "closed":
            raise Refused(f"it is {shown['stage']}")


STEPS = (
    ("a report by mail is a case, and is answered", Story.reported),
    ("a member's ACK by mail acknowledges, without what it quotes", Story.acknowledged),
    ("more cases for the same people", Story.others),
    ("the team responds and asks", Story.asked),
    ("the reporter's answer by mail joins the case, without what it quotes", Story.answered),
    ("confirmed, scored and accepted", Story.confirmed),
    ("published, and told to the list", Story.published),
    ("closed", Story.closed),
)


def lived(story):
    """Whether the whole story happened: what was sent until then is judged in any case."""
    for name, step in STEPS:
        failed = []
        try:
            step(story)
        except (Refused, LookupError, OSError, ValueError) as why:
            failed = [f"{type(why).__name__}: {why}"]
        check(f"journey by mail: {name}", failed)
        if failed:
            return


def conversations(story):
    """Each person's mailbox: one thread for each case."""
    for letter in letters.of(story.desk):
        if letter.case:
            story.case_of[letter.message_id] = letter.case
    cases = (story.case, story.second, story.third)
    for person in (*story.reporters, *story.team):
        mine = {case: [] for case in cases}
        for raw in person.mailbox():
            mine.get(story.case_of.get(letters.Letter(raw).message_id), []).append(raw)
        longest = max(mine.values(), key=len)
        for name, wrong in threads.judge(longest, story.case_of):
            check(f"{person.name}: a case of {len(longest)} mails is one thread ({name})", wrong)
        several = sum(bool(mails) for mails in mine.values())
        received = [letter.raw for letter in person.received()]
        # What they sent lies in another folder with many programs.
        for what, box in (("mails", person.mailbox()), ("received mails", received)):
            if several > 1:
                for name, wrong in threads.judge(box, story.case_of, "REFS"):
                    check(f"{person.name}: {several} cases in {len(box)} {what} are {several} threads ({name})", wrong)


def judged(story):
    """Each mail against each rule."""
    everyone = [person.address for person in (*story.reporters, *story.team)]
    mails = letters.of(story.desk)
    to_list = [letter for letter in mails if letter.to == LIST]
    personal = [letter for letter in mails if letter.to != LIST]
    reporters = {person.address for person in story.reporters}

    def rule(name, of, *problems_of):
        wrong = (f"{letter}: {problem}" for letter in of for problems in problems_of for problem in problems(letter))
        check(f"{len(of)} mails: {name}", wrong)

    rule("Python's parser finds no defect", mails, letters.parses)
    rule("each header once", mails, letters.headers)
    rule("CRLF, ASCII and lengths of RFC 5322", mails, letters.lines)
    rule("ids that are ids", mails, letters.ids)
    rule("lines of text hold 78 characters", personal, lambda letter: letters.reads_well(letter, WRITTEN))
    rule("text first, its HTML twin second", personal, letters.parts)
    rule("HTML without an error, that fetches nothing", personal, letters.html)
    rule("both twins say the same words", personal, letters.twins)
    rule("no List-* and no Precedence to a person", personal, letters.to_a_person)
    rule("to people of the policy and reporters alone", mails, lambda letter: strangers(letter, {*everyone, OUTSIDE, LIST}))
    rule("sent by the security address", mails, sender)
    rule("the subject begins with the case", personal, subject)

    first = {case: letters.of(story.desk, to, case)[0].message_id for to, case in story_cases(story)}

    def automatic(letter):
        if letter.to in reporters and any(words.split("\n")[0] in letter.text for words in WRITTEN):
            return letters.automatic(letter, None)
        return letters.automatic(letter, "auto-replied" if letter.message_id in first.values() else "auto-generated")

    rule("marked as automatic where a program wrote it", personal, automatic)
    written = [letter for letter in personal if not letter.header("Auto-Submitted")]
    check(f"{len(WRITTEN)} mails are a person's own", [] if len(written) == len(WRITTEN) else [str(len(written))])

    rule("no word of a report, an answer or a note", mails, lambda m: letters.silent(m, (*REPORT_WORDS, *NOTE_WORDS)))
    before = [letter for letter in mails if letter.message_id in story.before]
    rule("no word of the advisory before it is published", before, lambda m: letters.silent(m, ADVISORY_WORDS))
    rule("no word of it to a person after that", personal, lambda m: letters.silent(m, ADVISORY_WORDS))
    team = [letter for letter in personal if letter.to not in reporters]
    rule("the team's messages only to the reporter", team, lambda m: letters.silent(m, [w.split("\n")[0] for w in WRITTEN]))
    check("each word of a member's message reached the reporter", unsaid(story))

    check("one Reply-To for each person and case, and no two alike", reply_to(personal))
    check("one root of a thread for each person and case, and no two alike", roots(personal))
    rule("a mail to the list takes no answers to the desk", to_list, lambda m: ["Reply-To"] if m.header("Reply-To") else [])


def signed(story):
    """The list's mail is signed by the desk's key: over the bytes that come, and when a list has put its footer beside them."""
    to_list = letters.of(story.desk, LIST)
    if not any(line.startswith("From ") for letter in to_list for line in letter.text.splitlines()):
        yield f"{len(to_list)} mails, and no line that begins with From"
    with Gpg() as gpg:
        key, at = gpg.import_(story.desk.ask("/openpgp-key.asc")[1]), story.desk.now()
        for letter in to_list:
            if letter.message.get_content_type() != "multipart/signed":
                yield f"{letter}: {letter.message.get_content_type()}"
                continue
            for how, raw in (("as it came", letter.raw), ("with a footer", footed(letter.raw))):
                entity, signature = halves(raw)
                if any(line.startswith(b"From ") or line.endswith((b" ", b"\t")) for line in entity.split(b"\r\n")):
                    yield f"{letter}, {how}: a line that begins with From, or ends with a space"
                try:
                    signer = gpg.signer(entity, signature, at)
                except Failed as why:
                    signer = why
                if signer != key:
                    yield f"{letter}, {how}: signed by {signer}, and the desk's key is {key}"


def footed(raw):
    """As a list resends it: read by a program, with words beside it, and written anew."""
    message = email.message_from_bytes(raw, policy=compat32)
    whole, inner = MIMEMultipart("mixed"), email.message.Message()
    for name, value in message.items():
        if name.lower().startswith("content-"):
            inner[name] = value
        elif name.lower() != "mime-version":
            whole[name] = value
    inner.set_payload(message.get_payload())
    whole.attach(inner)
    whole.attach(MIMEText("You get this because you are on the list.\n"))
    return whole.as_bytes(policy=compat32.clone(linesep="\r\n"))


def story_cases(story):
    return ((story.rita.address, story.case), (story.sam.address, story.second), (story.rita.address, story.third))


def strangers(letter, known):
    if letter.to not in known or len(letter.message["To"].addresses) != 1 or letter.header("Cc") or letter.header("Bcc"):
        yield f"To {letter.header('To')} Cc {letter.header('Cc')}"


def sender(letter):
    addresses = [address.addr_spec for address in letter.message["From"].addresses]
    if addresses != ["security@expressjs.com"]:
        yield f"From {addresses}"


def subject(letter):
    if not letter.case and not letter.subject.startswith(OF_NO_CASE):
        yield "names no case"


def unsaid(story):
    read = " ".join(" ".join(letter.text.split()) for person in story.reporters for letter in person.received())
    return [words for words in WRITTEN if " ".join(words.split()) not in read]


def reply_to(mails):
    return alike("Reply-To", [((letter.to, letter.case), letter.header("Reply-To")) for letter in mails])


def roots(mails):
    in_threads = [letter for letter in mails if letter.case]
    without = [f"{letter}: no root" for letter in in_threads if not letter.references]
    return without or alike("root", [((letter.to, letter.case), letter.references[0]) for letter in in_threads])


def alike(name, pairs):
    """Each key has one value, and each value one key."""
    one, other = {}, {}
    for key, value in pairs:
        one.setdefault(key, set()).add(value)
        other.setdefault(value, set()).add(key)
    for key, values in one.items():
        if len(values) != 1 or "" in values:
            yield f"{key}: {name} {values}"
    for value, keys in other.items():
        if len(keys) != 1:
            yield f"{value}: {keys}"


def odd_message_ids(story):
    """What a sender calls their mail stands in the answer's headers: so it has to be an id, and no text of theirs."""
    odd = {
        "words": "<buy things at http://shop.example/ now@example.org>",
        "not ASCII": "<grüße@example.org>",
        "several": "<one@example.org> <two@example.org>",
        "folded": "<one\r\n Bcc: victim@bystander.example.com@example.org>",
        "no brackets": "three@example.org",
        "no id": "<>",
        "long": f"<{'x' * 1200}@example.org>",
        "encoded": "<=?utf-8?q?buy_things?=@example.org>",
    }
    for place, (name, message_id) in enumerate(odd.items()):
        head = f"From: odd-{place}@example.org\r\nTo: security@expressjs.com\r\nSubject: A report\r\nMessage-ID: {message_id}"
        case = story.desk.inbox(f"{head}\r\n\r\nWords.\r\n".encode())["case_id"]
        story.desk.settle()
        mails = letters.of(story.desk, case=case)
        answer = next((mail for mail in mails if mail.to == f"odd-{place}@example.org"), None)
        if answer is None:
            yield f"{name}: no receipt"
            continue
        rules = (letters.parses, letters.headers, letters.lines, letters.ids)
        yield from (f"{name}: {problem}" for rule in rules for problem in rule(answer))


def unverified(story):
    """What `desk verify` finds: hashes, replays, and that all that was sealed is there."""
    try:
        return [problem for case in story.desk.cli("verify")["cases"] for problem in case["problems"]]
    except Refused as why:
        return [str(why)]


def receipts(story, folder):
    """The receipt that goes along is genuine, by the desk's published keys."""
    for address, case in story_cases(story):
        receipt = letters.of(story.desk, address, case)[0].receipt
        if receipt is None:
            raise Refused(f"none in the first mail of {case}")
        path = folder / f"{case}.jws"
        path.write_bytes(receipt)
        verified = story.desk.cli("receipt", "verify", str(path))
        if not verified["valid"] or verified["claims"]["case_id"] != case:
            raise Refused(str(verified))
        path.write_bytes(receipt[:-6] + b"AAAAAA")
        try:
            verified = story.desk.cli("receipt", "verify", str(path))
        except Refused:
            continue
        raise Refused(f"a changed one verifies: {verified}")


def main():
    with tempfile.TemporaryDirectory(prefix="desk-mail-", ignore_cleanup_errors=True) as folder:
        with Desk(sys.argv[1], Path(folder)) as desk:
            # A day passes, and not every case is acknowledged in it.
            desk.expected.add("breach")
            story = Story(desk)
            lived(story)
            check("desk verify finds all of it", unverified(story))
            attempt("the mails can be judged", judged, story)
            attempt("receipts in mails verify", receipts, story, Path(folder))
            check("what the list gets is signed by the desk's key", signed(story))
            attempt("the conversations can be judged", conversations, story)
            check("a Message-ID that is none spoils no answer", odd_message_ids(story))
    return end()


if __name__ == "__main__":
    sys.exit(main())
