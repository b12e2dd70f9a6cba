"""Stands between the deployed functions and the emulator: passes every call on, remembers who made which, and can fail a
service. Who is known by the access key that the emulator gives a function's role."""

import http.client
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Door:
    """Takes requests on a port of its own and answers with what `handle` gives."""

    def __init__(self, emulator):
        self.emulator = urlsplit(emulator).netloc
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, headers, answer = door.handle(self.command, self.path, self.headers, body)
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(self, method, path, headers, body):
        connection = http.client.HTTPConnection(self.emulator, timeout=60)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            if name.lower() not in ("connection", "content-length"):
                connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), content


class FrontDoor(Door):
    """Where the world comes in, as CloudFront's distribution is in AWS: it says what it is known by, and from where one asks."""

    api = None
    origin = None

    def handle(self, method, path, headers, body):
        for name in ("desk-origin", "desk-viewer"):
            del headers[name]
        headers["desk-origin"], headers["desk-viewer"] = self.origin, "203.0.113.7"
        return self.ask(method, f"/_aws/execute-api/{self.api}/$default{path}", headers, body)


class Proxy(Door):
    def __init__(self, emulator):
        self.calls = []
        self.failing = set()
        self.lock = threading.Lock()
        super().__init__(emulator)

    def handle(self, method, path, headers, body):
        scope = re.search(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/", headers.get("authorization") or "")
        key, service = scope.groups() if scope else ("", "")
        with self.lock:
            self.calls.extend((key, *call) for call in read(service, method, path, headers, body))
        if service in self.failing:
            return 503, [], b'{"__type":"ServiceUnavailable"}'
        return self.ask(method, path, headers, body)


def read(service, method, path, headers, body):
    """The calls of a request as (action, resource, leading key); the last two are None where there is none."""
    if service == "s3":
        bucket, _, key = path.split("?")[0].lstrip("/").partition("/")
        actions = {"GET": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}
        yield actions.get(method, f"s3:{method}"), bucket, key
        return
    target = (headers.get("x-amz-target") or "").rpartition(".")[2]
    call = json.loads(body) if target and body else {}
    if service != "dynamodb":
        yield f"{service}:{target}", call.get("KeyId") or call.get("SecretId"), None
    elif target == "TransactWriteItems":
        for item in call["TransactItems"]:
            (kind, write), = item.items()
            yield f"dynamodb:{kind}Item", write["TableName"], leading(write)
    else:
        index = call.get("IndexName")
        yield f"dynamodb:{target}", call.get("TableName", "") + (f"/index/{index}" if index else ""), leading(call)


def leading(call):
    for part in ("Key", "Item"):
        if part in call:
            return call[part]["pk"]["S"]
    hashed = re.search(r"\w+ = (:\w+)", call.get("KeyConditionExpression", ""))
    return call["ExpressionAttributeValues"][hashed.group(1)]["S"] if hashed else None
