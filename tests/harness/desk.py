"""A running desk with a clock that is moved, on a folder of its own: posted to, acted on, its mails read. When it ends nothing may
be left that is due, that nobody has planned, or that is an alarm which nobody expected."""

import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

SECURITY = "security@expressjs.com"
EXPRESS = Path(__file__).resolve().parents[2] / "infra/policies/express.toml"
SHIFTS = "starts = 2026-11-23T09:00:00Z"
READY = re.compile(r"form\s+(http://\S+?)/?$")
PATIENCE = 60
# The bucket's objects carry this machine's time: beside a clock that is moved, a mail that is just being taken in looks old.
BY_CHANCE = {"inbound-lying"}


class Refused(Exception):
    pass


def on_call_since_yesterday(policy):
    """The text of a policy whose rota has begun a day ago: the first of it is on call, whenever a test runs."""
    assert SHIFTS in policy, f"no {SHIFTS}"
    begun = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    return policy.replace(SHIFTS, f"starts = {begun:%Y-%m-%dT%H:%M:%SZ}")


class Desk:
    """Ends with its `with`. The binary may be in the middle of being rebuilt: a start that fails is tried again."""

    def __init__(self, binary, folder, policy=None, tries=4):
        self.binary, self.data, self.log = str(binary), folder / "data", folder / "desk.log"
        self.expected = set()
        if policy is None:
            policy = folder / "express.toml"
            policy.write_text(on_call_since_yesterday(EXPRESS.read_text()))
        options = ["--policy", str(policy)]
        command = [self.binary, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", "--clock", "manual"]
        for attempt in range(tries):
            with self.log.open("ab") as log:
                self.process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=log, text=True, env=clean())
            self.url = self.ready()
            if self.url:
                return
            self.process.wait(PATIENCE)
            time.sleep(3 * attempt)
        raise Refused(f"the desk does not start: {self.log.read_text()[-600:]}")

    def ready(self):
        for line in self.process.stdout:
            if found := READY.search(line):
                return found[1]
        return None

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        left = [] if failed else self.left()
        self.process.terminate()
        self.process.wait(PATIENCE)
        if left or (not failed and (left := self.alarms())):
            raise Refused(f"the desk left {left}")

    def left(self):
        """What is due and cannot be done, and what nobody has planned."""
        status, answer = self.ask("/_local/settle", b"{}")
        return json.loads(answer)["left"] if status == 200 else [f"the desk answers {status}: {answer[:300]}"]

    def alarms(self):
        """The alarms in the log that nobody expected, and those that were expected and did not come."""
        found = {line.get("fields", {}).get("alarm") for line in map(parsed, self.log.read_text().splitlines())} - {None}
        return sorted((found ^ self.expected) - BY_CHANCE)

    def secret(self):
        """What whoever can read the data folder knows: by it the clock is moved."""
        return json.loads((self.data / "keys.json").read_text())["local_secret"]

    def ask(self, path, body=None, kind="application/json", bearer=None):
        headers = {"content-type": kind} if body is not None else {}
        if bearer:
            headers["authorization"] = f"Bearer {bearer}"
        if path.startswith("/_local/") and not path.startswith("/_local/inbox"):
            headers["x-desk-secret"] = self.secret()
        request = urllib.request.Request(self.url + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def inbox(self, mail, **found):
        """A mail comes in; what SES found of it is in `found`. Gives what it led to."""
        query = urllib.parse.urlencode(found)
        status, answer = self.ask(f"/_local/inbox?{query}", mail, "message/rfc822")
        if status != 201:
            raise Refused(f"the inbox answers {status}: {answer[:300]}")
        return json.loads(answer)

    def advance(self, by):
        status, answer = self.ask("/_local/clock", json.dumps({"advance": by}).encode())
        if status != 200:
            raise Refused(f"the clock answers {status}: {answer[:300]}")

    def settle(self):
        """What has happened has been sent."""
        self.advance("1s")

    def now(self):
        return datetime.fromisoformat(json.loads(self.ask("/_local/clock")[1])["now"].replace("Z", "+00:00"))

    def cli(self, *arguments):
        command = [self.binary, *arguments, "--data", str(self.data), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=clean())
        if done.returncode:
            raise Refused(f"{' '.join(arguments[:4])}: {done.stderr.strip() or done.stdout.strip()}")
        return json.loads(done.stdout)

    def do(self, case, command, by, **fields):
        """A member acts. What is no text is given as JSON."""
        given = [f"{name}={v}" if isinstance(v, str) else f"{name}:={json.dumps(v)}" for name, v in fields.items()]
        answer = self.cli("case", "do", case, command, *given, "--as", by)
        self.settle()
        return answer

    def show(self, case, by):
        return self.cli("case", "show", case, "--as", by)

    def mails(self):
        """The bytes of what went out, oldest first."""
        return [path.read_bytes() for path in sorted((self.data / "mail").glob("*.eml"))]


def parsed(line):
    """A line of the log; nothing when it is no JSON object."""
    try:
        return dict(json.loads(line))
    except (TypeError, ValueError):
        return {}


def clean():
    """Nothing of this process's environment that the desk would read."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}
