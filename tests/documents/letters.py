"""A mail of the desk as Python's own parser reads it, and the rules that each is held against."""

import email
import re
from email import policy
from xml.etree import ElementTree

import html5lib

CASE = re.compile(r"^\[([A-Z]+-\d{4}-[0-9A-Z]{5})\] ")
MESSAGE_ID = re.compile(r"^<[!-;=?-~]+@[!-;=?-~]+>$", re.ASCII)
CODE = re.compile(r"^[a-z]+(-[a-z]+){11}$")
LIST_HEADERS = ("list-", "precedence")
ONCE = ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Content-Type")
AT_MOST_ONCE = ("Reply-To", "Sender", "In-Reply-To", "References", "Auto-Submitted", "Content-Transfer-Encoding")
RECEIPT = ("application/jose", "receipt.jws")


class Letter:
    def __init__(self, raw):
        self.raw = raw
        self.message = email.message_from_bytes(raw, policy=policy.default)
        self.to = self.message["To"].addresses[0].addr_spec if self.message["To"] else ""
        self.subject = self.message["Subject"] or ""
        self.message_id = str(self.message["Message-ID"] or "")
        found = CASE.match(self.subject)
        self.case = found[1] if found else None

    def __str__(self):
        return f"{self.subject!r} to {self.to}"

    def header(self, name):
        return str(self.message[name]) if self.message[name] else ""

    @property
    def references(self):
        return self.header("References").split()

    def part(self, kind):
        return next((p for p in self.message.walk() if p.get_content_type() == kind), None)

    def content(self, kind):
        part = self.part(kind)
        return part.get_content() if part else ""

    @property
    def text(self):
        return self.content("text/plain")

    @property
    def html(self):
        return self.content("text/html")

    @property
    def encrypted(self):
        return self.message.get_content_type() == "multipart/encrypted"

    @property
    def receipt(self):
        parts = [p for p in self.message.walk() if (p.get_content_type(), p.get_filename()) == RECEIPT]
        return parts[0].get_payload(decode=True) if parts else None

    def everything(self):
        """All that a person or a program could read in it, in small letters."""
        parts = [p.get_payload(decode=True) or b"" for p in self.message.walk() if not p.is_multipart()]
        headers = [str(value) for value in self.message.values()]
        return "\n".join([*headers, *(p.decode("utf-8", "replace") for p in parts)]).lower()


def parses(letter):
    """No defect in it or in any header of it."""
    for part in letter.message.walk():
        yield from (f"{part.get_content_type()}: {defect!r}" for defect in part.defects)
        for name, value in part.items():
            yield from (f"{name}: {defect!r}" for defect in value.defects)


def headers(letter):
    for name in ONCE:
        if (count := len(letter.message.get_all(name, []))) != 1:
            yield f"{count} times {name}"
    for name in AT_MOST_ONCE:
        if (count := len(letter.message.get_all(name, []))) > 1:
            yield f"{count} times {name}"


def lines(letter):
    """RFC 5322, 2.1.1 and 2.3: ended by CRLF, in ASCII, 998 octets at most, and 78 where a line can be shorter."""
    if b"\r" in (bare := letter.raw.replace(b"\r\n", b"")) or b"\n" in bare:
        yield "a line that does not end with CRLF"
    if not letter.raw.isascii():
        yield "octets beyond ASCII"
    head, _, body = letter.raw.partition(b"\r\n\r\n")
    for line in letter.raw.split(b"\r\n"):
        if len(line) > 998:
            yield f"a line of {len(line)} octets"
    for line in body.split(b"\r\n"):
        if len(line) > 78:
            yield f"a line of {len(line)}: {line!r}"
    for line in head.split(b"\r\n"):
        # A name and one word after it: nowhere to fold.
        if len(line) > 78 and len(line.split()) > 2:
            yield f"a header that could be folded: {line!r}"


def ids(letter):
    """RFC 5322, 3.6.4: `<left@right>`, with nothing else between them."""
    for name in ("Message-ID", "In-Reply-To", "References"):
        wrong = [value for value in letter.header(name).split() if not MESSAGE_ID.match(value)]
        if wrong:
            yield f"{name} holds {' '.join(wrong)[:80]!r}"


def reads_well(letter, own_words=()):
    """Lines of plain text hold 78 characters, but for what cannot be folded: links, the receipt code, a person's own lines."""
    for line in letter.text.splitlines():
        theirs = any(line and line in words.splitlines() for words in own_words)
        if len(line) > 78 and not re.search(r"https?://\S{40}", line) and not CODE.match(line) and not theirs:
            yield f"{len(line)} characters: {line!r}"


def parts(letter):
    """Plain text first, its HTML twin second; a signed receipt may go along."""
    twins = letter.message
    if twins.get_content_type() == "multipart/mixed":
        twins, *attached = twins.iter_parts()
        kinds = [(p.get_content_type(), p.get_filename()) for p in attached]
        if kinds != [RECEIPT]:
            yield f"attached: {kinds}"
    kinds = [twins.get_content_type(), *(p.get_content_type() for p in twins.iter_parts())]
    if kinds != ["multipart/alternative", "text/plain", "text/html"]:
        yield f"parts: {kinds}"


def html(letter):
    """WHATWG's parser finds no error, and nothing in it is fetched or run."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(letter.html)
    yield from (f"{error} at {place} {more}" for place, error, more in parser.errors)
    for element in tree.iter():
        if element.tag in ("img", "script", "link", "form", "iframe", "object", "style", "base"):
            yield f"<{element.tag}>"
        for name in element.attrib:
            if name.startswith("on") or name == "src" or (name == "href" and element.tag != "a"):
                yield f"{element.tag} {name}"
        if "url(" in element.get("style", "").lower():
            yield f"{element.tag} style"


def twins(letter):
    """The HTML says word for word what the text says, in the same order."""
    text = [word for line in letter.text.splitlines() if line.rstrip() != "--" for word in line.split()]
    tree = html5lib.parse(letter.html, namespaceHTMLElements=False)
    shown = said(tree.find("body")).split()
    if text != shown:
        at = next((i for i, (a, b) in enumerate(zip(text, shown)) if a != b), min(len(text), len(shown)))
        yield f"text {text[at:at + 6]}, HTML {shown[at:at + 6]}"


def said(element):
    inside = (element.text or "") + "".join(said(child) + (child.tail or "") for child in element)
    match element.tag:
        case "a":
            return f"{inside}: {element.get('href')}"
        case "p" | "div" | "tr" | "th" | "td" | "br" | "table":
            return f" {inside} "
        case _ if element.tag is ElementTree.Comment:
            return ""
        case _:
            return inside


def automatic(letter, expected):
    """`Auto-Submitted` (RFC 3834, 5) says whether a program wrote it; None where a person did."""
    found = letter.header("Auto-Submitted") or None
    if found != expected:
        yield f"Auto-Submitted is {found}, and should be {expected}"


def to_a_person(letter):
    yield from (f"{name} to a person" for name in letter.message.keys() if name.lower().startswith(LIST_HEADERS))


def silent(letter, words):
    """Holds none of the words."""
    everything = letter.everything()
    yield from (f"holds {word!r}" for word in words if word.lower() in everything)


def of(desk, to=None, case=None):
    """What went out of a desk, oldest first."""
    sent = map(Letter, desk.mails())
    return [letter for letter in sent if (to is None or letter.to == to) and (case is None or letter.case == case)]
