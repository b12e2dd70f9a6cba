"""Conversations as programs that are not ours see them: Dovecot by RFC 5256, notmuch by its own rules."""

import email
import imaplib
import mailbox
import os
import pwd
import re
import shlex
import subprocess
import tempfile
from email import policy
from pathlib import Path

CONFIGURATION = """
mail_location = maildir:{folder}/mail
base_dir = {folder}/run
state_dir = {folder}/state
protocols = imap
ssl = no
"""
# Dovecot serves no mail to root.
UNPRIVILEGED = "nobody"


def dovecot(folder, mails, algorithm):
    """Sets of Message-IDs, one for each thread. Dovecot's IMAP server runs on a Maildir for one conversation by pipe; nothing
    listens."""
    maildir(folder / "mail", mails)
    configuration = folder / "dovecot.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder) + given_to(folder))
    libexec = subprocess.run(
        ["doveconf", "-c", configuration, "-h", "libexec_dir"], capture_output=True, text=True, check=True
    ).stdout.strip()
    command = shlex.join(["exec", "env", "USER=reader", f"HOME={folder}", f"{libexec}/imap", "-c", str(configuration)])
    with imaplib.IMAP4_stream(f"{command} 2>>{shlex.quote(str(folder / 'dovecot.log'))}") as imap:
        told(imap.select("INBOX", readonly=True))
        threads = told(imap.uid("THREAD", algorithm, "UTF-8", "ALL"))[0] or b""
        fetched = told(imap.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"))
    ids = {}
    for about, header in (part for part in fetched if isinstance(part, tuple)):
        ids[int(re.search(rb"UID (\d+)", about)[1])] = header.decode().partition(":")[2].strip()
    return [{ids[uid] for uid in thread} for thread in top_level(threads.decode())]


def told(answer):
    kind, data = answer
    if kind != "OK":
        raise RuntimeError(f"Dovecot answers {kind}: {data}")
    return data


def top_level(threads):
    """`((1)(2))(3)` → [[1, 2], [3]]."""
    depth, found = 0, []
    for token in re.findall(r"[()]|\d+", threads):
        if token == "(":
            depth += 1
            if depth == 1:
                found.append([])
        elif token == ")":
            depth -= 1
        else:
            found[-1].append(int(token))
    return found


def maildir(folder, mails):
    box = mailbox.Maildir(folder, create=True)
    for mail in mails:
        box.add(mail)
    box.close()


def given_to(folder):
    """Root gives the folder to somebody who may read mail."""
    if os.geteuid() != 0:
        return ""
    who = pwd.getpwnam(UNPRIVILEGED)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, who.pw_uid, who.pw_gid)
    return f"mail_uid = {who.pw_uid}\nmail_gid = {who.pw_gid}\nfirst_valid_uid = {who.pw_uid}\nfirst_valid_gid = {who.pw_gid}\n"


def notmuch(folder, mails, _):
    """The same by notmuch."""
    maildir(folder / "mail", mails)
    configuration = folder / "notmuch.conf"
    configuration.write_text(f"[database]\npath={folder / 'mail'}\n[user]\nname=reader\nprimary_email=reader@example.org\n")

    def ask(*arguments):
        environment = {**os.environ, "NOTMUCH_CONFIG": str(configuration), "HOME": str(folder)}
        return subprocess.run(["notmuch", *arguments], capture_output=True, text=True, check=True, env=environment).stdout.split()

    ask("new", "--quiet")
    threads = ask("search", "--output=threads", "*")
    return [{f"<{mail.removeprefix('id:')}>" for mail in ask("search", "--output=messages", thread)} for thread in threads]


def problems(found, mails, case_of):
    """What is not as it should be: one thread for each case, and one for each mail that belongs to none."""
    wanted = {}
    for mail in mails:
        message_id = str(email.message_from_bytes(mail, policy=policy.default)["Message-ID"])
        wanted.setdefault(case_of.get(message_id) or message_id, set()).add(message_id)
    where = {message_id: place for place, thread in enumerate(found) for message_id in thread}
    for case, ids in wanted.items():
        missing = [message_id for message_id in ids if message_id not in where]
        if missing:
            yield f"{case}: not found: {missing}"
        threads = {where[message_id] for message_id in ids if message_id in where}
        if len(threads) > 1:
            yield f"the {len(ids)} mails of {case} are {len(threads)} threads"
    for thread in found:
        cases = sorted({case for case, ids in wanted.items() if ids & thread})
        if len(cases) > 1:
            yield f"{' and '.join(cases)} are one thread"


def judge(mails, case_of, algorithm="REFERENCES"):
    """(program, what is wrong) for each program, in the order in which the mails came and against it.

    `REFS` is RFC 5256's `REFERENCES` without its last step, which puts threads together whose subjects are the same but for what
    stands in brackets before them: several cases, to their readers, whose first mails are of one notice."""
    for name, program in (("Dovecot", dovecot), ("notmuch", notmuch)):
        found = set()
        for order in (1, -1):
            with tempfile.TemporaryDirectory(prefix="desk-threads-", ignore_cleanup_errors=True) as folder:
                found.update(problems(program(Path(folder), mails[::order], algorithm), mails, case_of))
        yield name, sorted(found)
