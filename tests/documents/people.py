"""People with ordinary mail programs: they answer to `Reply-To`, quote what they answer, and name it (RFC 5322, 3.6.4)."""

import uuid
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

import letters
from desk import SECURITY


class Person:
    def __init__(self, desk, name, address):
        self.desk, self.name, self.address = desk, name, address
        self.sent = []

    def write(self, subject, text, to=SECURITY, cc=None, more=()):
        """A mail of their own; `more` are attachments: content, main type, subtype, file name."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f"{self.name} <{self.address}>"
        mail["To"] = to
        if cc:
            mail["Cc"] = cc
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self.desk.now())
        mail["Message-ID"] = f"<{uuid.uuid4().hex}@mail.{self.address.partition('@')[2]}>"
        mail["User-Agent"] = "An ordinary mail program"
        mail.set_content(text)
        for content, main, sub, name in more:
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return mail

    def answer(self, letter, text, quoted=None):
        """Their answer to a mail that they have; `quoted` is what they read in it, where it is encrypted."""
        quote = "".join(f"> {line}".rstrip() + "\n" for line in (quoted or letter.text).splitlines())
        when = letter.message["Date"].datetime.strftime("%a, %d %b %Y at %H:%M")
        text = f"{text}\n\nOn {when}, {letter.message['From']} wrote:\n{quote}"
        subject = letter.subject if letter.subject.startswith("Re: ") else f"Re: {letter.subject}"
        mail = self.write(subject, text, to=letter.header("Reply-To") or letter.header("From"))
        mail["In-Reply-To"] = letter.message_id
        mail["References"] = " ".join([*letter.references, letter.message_id])
        return mail

    def send(self, mail, **found):
        """Gives what came of it, once everything that follows has been sent."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        self.sent.append(raw)
        outcome = self.desk.inbox(raw, **found)
        self.desk.settle()
        return outcome

    def received(self, case=None):
        return letters.of(self.desk, self.address, case)

    def last(self, case):
        return self.received(case)[-1]

    def mailbox(self):
        """All that they have, sent and received."""
        return [*self.sent, *(letter.raw for letter in self.received())]
