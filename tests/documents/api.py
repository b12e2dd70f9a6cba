"""The API's document: whether it is valid, names every route and no other, and is true of a running desk.

usage: api.py DESK: the binary. `openapi-spec-validator` judges the document; `schemathesis` asks the desk what the document says
may be asked, and a good deal that it says may not, and holds the answers against it.
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from openapi_spec_validator import OpenAPIV31SpecValidator

from counting import attempt, check, end
from desk import Desk

sys.path.append(str(Path(__file__).resolve().parents[1] / "deploy"))
import sources  # noqa: E402

EXAMPLES = 5
PATIENCE = 600
# So much is shown of what was found wrong with one operation.
MOST = 3000

MAIL = b"""From: Rita <rita@example.org>\r
To: security@expressjs.com\r
Subject: Open redirect in express\r
Message-ID: <api@example.org>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
It redirects elsewhere.\r
--b\r
Content-Type: text/plain\r
Content-Disposition: attachment; filename=poc.txt\r
\r
curl\r
--b--\r
"""

# What schemathesis cannot know of a desk, each with the reason.
CHECKS = """
# What is right as JSON may still be refused by what the case or the policy says: a member, a line, a state.
[checks.positive_data_acceptance]
enabled = false
# A receipt code that opens nothing is 404, like everything that is not there: nobody learns which codes exist.
[checks.ignored_auth]
enabled = false
[checks.missing_required_header]
enabled = false
# A page without a session leads to the sign-in page, whatever else is wrong.
[checks.negative_data_rejection]
expected-statuses = ["303", "400", "401", "403", "404", "405", "409", "410", "413", "415", "416", "422", "429"]
[phases.coverage]
unexpected-methods = ["DELETE"]
"""


def routes(document):
    # OpenAPI has no variable that holds slashes.
    of_code = {route.replace("+}", "}") for route in sources.routes("intake") | sources.routes("team")}
    written = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    check("every route of the code is in it", sorted(of_code - written))
    check("every route in it is one of the code", sorted(written - of_code))


def closed(document):
    """The same, with no room in an answer for a member that is not named."""
    document = copy.deepcopy(document)

    def close(schema):
        if isinstance(schema, dict):
            if "properties" in schema and schema.get("type") == "object":
                schema.setdefault("additionalProperties", False)
            for inner in schema.values():
                close(inner)
        elif isinstance(schema, list):
            for inner in schema:
                close(inner)

    forms = [{kind: body["content"].pop(kind) for kind in FORMS if kind in body["content"]} for body in bodies(document)]
    close(document["components"]["schemas"])
    close(document["paths"])
    for body, form in zip(bodies(document), forms):
        body["content"].update(form)
    return document


# Of these nothing is closed: a browser sends more, which is not looked at.
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def bodies(document):
    return [op["requestBody"] for item in document["paths"].values() for op in item.values() if "requestBody" in op]


def stage(desk):
    """A case of the API's, one that came by mail with an attachment, and who may look at them."""
    status, answer = desk.ask("/reports", json.dumps(REPORT).encode())
    assert status == 201, answer
    filed = json.loads(answer)
    mailed = desk.inbox(MAIL)["case_id"]
    status, other = desk.ask("/reports", json.dumps(REPORT).encode())
    assert status == 201, other
    file = a_file(desk, filed)
    desk.settle()
    session = desk.cli("token", "bob")["token"]
    for case in (filed["case_id"], mailed):
        desk.do(case, "assign", "bob", member="bob")
    mail = desk.show(mailed, "bob")["mail"]
    return {"code": filed["receipt_code"], "party": invited(desk, filed["case_id"]), "renewed": json.loads(other)["receipt_code"], "file": file,
            "session": session, "leaving": desk.cli("token", "carol")["token"],
            "case": filed["case_id"], "mailed": mailed, "content": mail["content"]}


def invited(desk, case):
    """The code of somebody who was invited from outside, and is shown something."""
    desk.do(case, "invite-party", "bob", name="Fastify", address="fastify@example.net", text="It concerns you.")
    mails = json.loads(desk.ask("/_local/mail.json")[1])
    texts = [mail["text"] for mail in mails if mail["to"] == ["fastify@example.net"]]
    code = next(line for text in texts for line in text.splitlines() if line.count("-") == 11)
    terms = json.loads(desk.ask("/party", bearer=code)[1])["terms"]["sha256"]
    status, answer = desk.ask("/party/terms", json.dumps({"terms": terms}).encode(), bearer=code)
    assert status == 201, answer
    desk.do(case, "share", "bob", what="text", **{"with": "party-1"}, text="What nobody else is shown.")
    return code


def a_file(desk, filed):
    """The name of a file that the reporter sent by the page."""
    code = 'Content-Disposition: form-data; name="code"'
    head = 'Content-Disposition: form-data; name="files"; filename="poc.txt"\r\nContent-Type: text/plain'
    body = f"--b\r\n{code}\r\n\r\n{filed['receipt_code']}\r\n--b\r\n{head}\r\n\r\nproof\r\n--b--\r\n"
    status, answer = desk.ask("/case/messages", body.encode(), "multipart/form-data; boundary=b")
    assert status == 200, answer
    messages = desk.show(filed["case_id"], "bob")["messages"]
    return next(message["files"][0]["content"] for message in messages if message.get("files"))


REPORT = {"package": "express", "versions": "4.x", "summary": "An open redirect", "details": "res.redirect() follows.",
          "reporter": {"name": "Rita", "email": "rita@example.org"}, "credit": {"as": "Rita"}}


def settings(staged):
    def operation(path, **parameters):
        named = "\n".join(f'"{name}" = {json.dumps(value)}' for name, value in parameters.items())
        return f"\n[[operations]]\ninclude-path = {json.dumps(path)}\n[operations.parameters]\n{named}\n"

    mail = "/desk/cases/{id}/mail/{content}"
    return "".join([
        f"[generation]\ndeterministic = true\nmax-examples = {EXAMPLES}\n",
        CHECKS,
        f"\n[auth.openapi]\nreceiptCode = {{ bearer = {json.dumps(staged['code'])} }}\n",
        f"partyCode = {{ bearer = {json.dumps(staged['party'])} }}\n",
        f"session = {{ bearer = {json.dumps(staged['session'])} }}\n",
        # Who signs out is signed out: another member, so that the rest is still asked by one who is in.
        '\n[[operations]]\ninclude-path = "/desk/sign-out"\n',
        f"headers = {{ Authorization = {json.dumps('Bearer ' + staged['leaving'])} }}\n",
        # Whose code is made anew reads with the new one: another case's, for the same reason.
        '\n[[operations]]\ninclude-path = "/case/code"\n',
        f"headers = {{ Authorization = {json.dumps('Bearer ' + staged['renewed'])} }}\n",
        operation("/desk/cases/{id}", id=staged["case"]),
        operation("/desk/api/cases/{id}", id=staged["case"]),
        operation("/desk/api/cases/{id}/commands", id=staged["case"]),
        operation(mail, id=staged["mailed"], content=staged["content"]),
        operation("/desk/cases/{id}/files/{content}", id=staged["case"], content=staged["file"]),
        operation(mail + "/attachments/{index}", id=staged["mailed"], content=staged["content"], index=0),
    ])


def asked(desk, document, folder):
    """Each operation as a check, by schemathesis."""
    (folder / "openapi.json").write_text(json.dumps(closed(document)))
    (folder / "schemathesis.toml").write_text(settings(stage(desk)))
    command = [Path(sys.executable).parent / "st", "--config-file", folder / "schemathesis.toml", "run",
               folder / "openapi.json", "--url", desk.url, "--phases", "examples,coverage,fuzzing",
               "--continue-on-failure", "--warnings", "off", "--report", "junit", "--report-junit-path", folder / "report.xml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=folder)
    if not (folder / "report.xml").exists():
        check("schemathesis runs", [done.stdout[-2000:], done.stderr[-2000:]])
        return
    cases = list(ElementTree.parse(folder / "report.xml").iter("testcase"))
    operations = sum(len(item) for item in document["paths"].values())
    check("schemathesis asked for every operation", [] if len(cases) >= operations else [f"{len(cases)} of {operations}"])
    for case in cases:
        wrong = [(found.text or found.get("message"))[:MOST] for kind in ("failure", "error") for found in case.iter(kind)]
        check(f"answers as documented: {case.get('name')}", wrong)


def wide(folder):
    """The policy with rates that nothing here meets: all of it comes from one network, and the clock stands still."""
    express = (sources.ROOT / "infra/policies/express.toml").read_text()
    policy, rates = re.subn(r"\{ at_once = \d+, then_every = \"\w+\" \}", '{ at_once = 10000, then_every = "1s" }', express)
    assert rates == 5, "the policy has other rates"
    path = folder / "policy.toml"
    path.write_text(policy)
    return path


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Desk(sys.argv[1], folder, wide(folder)) as desk:
            status, answer = desk.ask("/openapi.json")
            check("/openapi.json is there", [] if status == 200 else [str(status)])
            document = json.loads(answer)
            check("it is valid OpenAPI 3.1", [e.message for e in OpenAPIV31SpecValidator(document).iter_errors()])
            routes(document)
            attempt("schemathesis", asked, desk, document, folder)
            log = (folder / "desk.log").read_text()
            check("the desk logged no fault", [line for line in log.splitlines() if '"level":"ERROR"' in line or " ERROR " in line])
    return end()


if __name__ == "__main__":
    sys.exit(main())
