"""The stack of the tests: the emulator, what stands in for the world around it, and the template deployed into it with the AWS
CLI, as an operator would."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
from botocore.config import Config

from desk import on_call_since_yesterday
from proxy import FrontDoor, Proxy

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra/aws/template.yaml"
FUNCTIONS = ["canary", "deliver", "fan-out", "inbox", "intake", "mail-events", "sla-check", "team"]
REGION = "us-east-1"
ACCOUNT = "000000000000"
NAME = "desk"
ADMIN = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}


def answering(answer):
    """Serves what `answer` gives for a path, a status and what is said as JSON; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            status, said = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"" if said is None else json.dumps(said).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class Stack:
    def __init__(self, work, desk):
        self.work, self.desk = work, desk
        self.ended = []
        self.beats = []
        # What the registry was asked for.
        self.asked = []
        # Keys and buckets that an update replaced: what was before → what is now.
        self.replaced = {}
        self.port = free_port()
        self.emulator = f"http://127.0.0.1:{self.port}"

    # --- around the stack

    def start(self):
        beat, registry = self.listen_for_beats(), self.listen_as_registry()
        soon = time.strftime("%H:%M", time.gmtime(time.time() + 180))
        text = on_call_since_yesterday((Path(__file__).parent / "policy-fast.toml").read_text())
        text = text.replace("http://127.0.0.1:9/beat", beat).replace("http://127.0.0.1:9/registry", registry)
        text = text.replace('"00:00"', f'"{soon}"')
        self.policy = self.work / "policy.toml"
        self.policy.write_text(text)
        self.proxy = Proxy(self.emulator)
        self.front = FrontDoor(self.emulator)
        self.url = self.front.url
        self.start_ses()
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.work), "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port),
            "AUTH": "true", "AWS_ENDPOINT_URL": self.proxy.url, "AWS_ENDPOINT_URL_SES": self.ses_url,
            "DESK_PUBLIC_URL": self.url, "DESK_POLICY": str(self.policy), "DESK_LOG": "trace", "LAMBDA_EXECUTOR": "local",
        }
        self.output = self.work / "emulator.log"
        command = [str(Path(sys.executable).parent / "ministack")]
        self.process(command, stdout=self.output.open("wb"), stderr=subprocess.STDOUT, env=environment, cwd=self.work)
        wait(lambda: get(f"{self.emulator}/_ministack/health"), 60, "the emulator is up")

    def listen_for_beats(self):
        def beat(_):
            self.beats.append(time.time())
            return 204, None

        return f"{answering(beat)}/beat"

    def listen_as_registry(self):
        """Shows every version, as npm's does."""
        def shows(path):
            package, _, version = path.removeprefix("/registry/").partition("/")
            self.asked.append(f"{package}@{version}")
            manifest = {"name": package, "version": version, "dist": {"integrity": "sha512-AAAA"}}
            return 200, manifest if version else {"name": package, "time": {}}

        return f"{answering(shows)}/registry"

    def start_ses(self):
        """The desk's own SES stand-in. What it tells of mails goes to the deployed function, by Lambda Invoke."""
        self.mail = self.work / "ses/"
        self.mail.mkdir()
        process = self.process([self.desk, "ses-stand-in", "--data", str(self.mail)], stdout=subprocess.PIPE, text=True)
        self.ses_url = process.stdout.readline().strip()

        def hand_over():
            for line in process.stdout:
                try:
                    self.invoke("mail-events", json.loads(line))
                except Exception as e:  # the emulator is going down, or its function failed: seen as a mail never delivered
                    print(f"mail-events was not told: {e}", file=sys.stderr)

        threading.Thread(target=hand_over, daemon=True).start()

    def process(self, command, **options):
        process = subprocess.Popen(command, start_new_session=True, **options)
        self.ended.append(process)
        return process

    def stop(self):
        for process in reversed(self.ended):
            for sent in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, sent)
                    process.wait(10)
                except ProcessLookupError:
                    break
                except subprocess.TimeoutExpired:
                    continue

    # --- the stack itself

    def client(self, service, credentials=None, url=None):
        keys = credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, read_timeout=120)
        return boto3.client(service, region_name=REGION, endpoint_url=url or self.emulator, config=config, **keys)

    def shell(self, *command, check=True, input=None):
        environment = {**os.environ, **ADMIN, "AWS_ENDPOINT_URL": self.emulator}
        done = subprocess.run(command, env=environment, cwd=self.work, capture_output=True, text=True, input=input)
        if check and done.returncode != 0:
            said = "\n".join([done.stdout, done.stderr, self.why_not_deployed() if "cloudformation" in command else ""])
            raise RuntimeError(f"{' '.join(map(str, command))}:\n{said}")
        return done

    def aws(self, *arguments):
        return self.shell(str(Path(sys.executable).parent / "aws"), *arguments).stdout

    def deploy(self, build, template=None, **parameters):
        """`aws cloudformation package` and `deploy`, with the zips of `build`."""
        here = self.work / "infra"
        here.mkdir(exist_ok=True)
        shutil.rmtree(here / "build", ignore_errors=True)
        shutil.copytree(build, here / "build")
        (here / "template.yaml").write_text(template or TEMPLATE.read_text())
        self.client("s3").create_bucket(Bucket="code")
        packaged = str(here / "packaged.yaml")
        self.aws("cloudformation", "package", "--template-file", str(here / "template.yaml"), "--s3-bucket", "code",
                 "--output-template-file", packaged)
        given = {"Identity": "emulator.invalid", "SecurityAddress": "security@example.org",
                 "OperatorAddress": "operations@example.net", "Architecture": "x86_64", "ReceiveMail": "yes", **parameters}
        self.aws("cloudformation", "deploy", "--stack-name", NAME, "--template-file", packaged, "--s3-bucket",
                 "code", "--capabilities",
                 "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND", "--no-fail-on-empty-changeset",
                 "--parameter-overrides", *[f"{name}={value}" for name, value in given.items()])
        described = self.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]
        self.outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}
        self.front.api = self.outputs["ApiUrl"].split("//")[1].split(".")[0]
        secret = self.client("secretsmanager").get_secret_value(SecretId=self.outputs["OriginSecret"])
        self.front.origin = secret["SecretString"]
        return described

    def why_not_deployed(self):
        return "\n".join(line for line in self.output.read_text().splitlines() if "ERROR [cloudformation]" in line)

    def desk_command(self, *arguments, check=True):
        return self.shell(self.desk, *arguments, "--stack", NAME, check=check)

    def invoke(self, function, event):
        answer = self.client("lambda").invoke(FunctionName=f"{NAME}-{function}", Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read() or "null")
        if "FunctionError" in answer:
            raise RuntimeError(f"{function}: {payload}")
        return payload

    def credentials(self, function):
        """The credentials of a function's role."""
        role = f"arn:aws:iam::{ACCOUNT}:role/{NAME}-{function}"
        given = self.client("sts").assume_role(RoleArn=role, RoleSessionName="matrix")["Credentials"]
        return {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"]}

    def access_keys(self):
        """Access key → function, as the emulator makes them for a function's role."""
        def key(function):
            arns = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}-{function}:arn:aws:iam::{ACCOUNT}:role/{NAME}-{function}"
            return "ASIA" + hashlib.sha256(arns.encode()).hexdigest()[:16].upper()
        return {key(function): function for function in FUNCTIONS}

    def peaks(self):
        """What each function's processes took at most (MiB), by what the kernel says of them: what MemorySize was chosen by."""
        peaks = {}
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                environment = (status.parent / "environ").read_bytes()
                name = re.search(rb"AWS_LAMBDA_FUNCTION_NAME=%s-([a-z-]+)" % NAME.encode(), environment)
                peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            except OSError:
                continue
            if name and peak:
                function = name.group(1).decode()
                peaks[function] = max(peaks.get(function, 0), int(peak.group(1)) // 1024)
        return peaks

    def memory(self):
        return [f"memory  {function:<12} {peak:>4} MiB at most" for function, peak in sorted(self.peaks().items())]

    def items(self, table):
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs[table])
        return [item for page in pages for item in page["Items"]]

    def logs(self):
        """Every line that the functions logged, as CloudWatch Logs keeps them."""
        logs, lines = self.client("logs"), []
        for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName"):
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
                lines += [(group, event["message"]) for event in page["events"]]
        return lines


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read()
    except OSError:
        return None


def wait(holds, seconds, what):
    """Until `holds()` gives something true; that."""
    found = wait_or_none(holds, seconds)
    if not found:
        raise AssertionError(f"not within {seconds} s: {what}")
    return found


def wait_or_none(holds, seconds):
    """The same; nothing when it does not come."""
    end = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() <= end:
        time.sleep(0.5)
    return found
