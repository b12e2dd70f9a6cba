"""Roles: every function × every call, tried for real with the role's own credentials; and every right held against what the
function did during the journeys. The emulator checks actions and resources; what conditions on keys say is checked here
against the recorded calls, and by evaluating the policies themselves (policies/check.mjs)."""

from fnmatch import fnmatchcase

from botocore.exceptions import ClientError

from stack import ACCOUNT, FUNCTIONS, NAME, REGION

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "403"}
# Called by Lambda itself in the function's name, or past the proxy (SES's stand-in).
NOT_SEEN = ("logs:", "sqs:SendMessage", "ses:", "dynamodb:DescribeStream", "dynamodb:GetRecords",
            "dynamodb:GetShardIterator", "dynamodb:ListStreams")
# What happens only where something else fails, each with the test that has it happen; or where AWS asks for the function.
RARE = {
    ("inbox", "kms:Decrypt (InboundKey)"): "S3 asks KMS in its name, the emulator's does not",
    ("inbox", "TAKING#* (ReadCases)"): "where another is at a mail, or ended in the middle of it: tests/store/tests/inbox_process.rs",
    ("inbox", "s3:DeleteObject (Content)"): "where a mail was sealed for a case that then was not written",
    ("mail-events", "DELIVERY#* (MailMore)"): "where a member's mail comes back: tests/store/tests/sending.rs",
    ("deliver", "SEND-EVENTS"): "where nobody knows whether a mail was sent: tests/store/tests/sending.rs",
    ("deliver", "dynamodb:PutItem (Again)"): "where a pager is called again: tests/store/tests/paging.rs",
    ("deliver", "CASE#* (Again)"): "the same",
    ("deliver", "DELIVERY#* (Again)"): "the same",
    ("deliver", "dynamodb:GetItem (Mail)"): "where another was faster, or the outcome is open: tests/store/tests/sending.rs",
    ("mail-events", "UNREACHABLE (WakeChannels)"): "the same",
    ("fan-out", "secretsmanager:GetSecretValue (SignsCalls)"): "where the policy has a webhook: tests/store/tests/webhooks.rs",
    ("mail-events", "dynamodb:DeleteItem (EndTimers)"): "where a bounce ends a clock: tests/journeys/scripts/bounce.txt",
    ("mail-events", "TIMER#* (EndTimers)"): "the same",
    ("mail-events", "TIMER#* (WriteCases)"): "where a bounce opens a clock again: the same",
    ("deliver", "TIMER#* (WriteCases)"): "where an address is not sent to, and a clock opens again: tests/store/tests/sending.rs",
    ("deliver", "TIMER#* (EraseWords)"): "where it ends one: the same",
    ("team", "TEAM#* (Count)"): "where a member says to be away: tests/journeys/tests/rota.rs",
    ("team", "CONTENT#*-U?????? (WriteEnding)"): "where a member writes of an automatic mail: tests/journeys/tests/filed.rs",
    ("sla-check", "LOG#* (ReadCases)"): "where a case went on since its head was exported: tests/store/tests/heads.rs",
    ("sla-check", "s3:GetObject (Heads)"): "where there is an export of the day before: the same",
    ("sla-check", "ADVISORY#*"): "where a channel waits for longer than its stream: tests/store/tests/publishing.rs",
}
SECRETS = ("TeamLinks", "Sessions", "ReporterLinks", "CanaryLinks", "OriginSecret", "ReplyTokens", "IntakeWords", "InboxWords", "TeamWords", "Announcements",
           "Webhooks", "OpenPgpPrimary", "OpenPgpTeam", "OpenPgpNotices")


def policies(stack):
    """The policies as they were deployed: function → statements."""
    iam = stack.client("iam")
    documents = {f: iam.get_role_policy(RoleName=f"{NAME}-{f}", PolicyName=f)["PolicyDocument"] for f in FUNCTIONS}
    return {function: document["Statement"] for function, document in documents.items()}


def listed(value):
    return value if isinstance(value, list) else [value]


def allows(statements, action, resource, key=None):
    def allowed(statement):
        keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
        return (
            statement["Effect"] == "Allow"
            and any(fnmatchcase(action, a) for a in listed(statement["Action"]))
            and any(fnmatchcase(resource, r) for r in listed(statement["Resource"]))
            and (key is None or keys is None or any(fnmatchcase(key, k) for k in listed(keys)))
        )
    return any(allowed(statement) for statement in statements)


def tables(stack):
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"
    return {name: arn + stack.outputs[name] for name in ("CasesTable", "MailTable")}


def catalogue(stack, client):
    """(action, resource, call) for everything that a function could be tempted to do."""
    out, nothing = stack.outputs, {"pk": {"S": "NOBODY"}, "sk": {"S": "NOTHING"}}
    never = {"ConditionExpression": "attribute_exists(pk)"}
    db, kms, secrets, s3 = client("dynamodb"), client("kms"), client("secretsmanager"), client("s3")
    for name, arn in tables(stack).items():
        table = {"TableName": out[name]}
        hashed = {"KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {":v": {"S": "NOBODY"}}}
        yield "dynamodb:GetItem", arn, lambda t=table: db.get_item(**t, Key=nothing)
        yield "dynamodb:PutItem", arn, lambda t=table: db.put_item(**t, Item=nothing, **never)
        yield "dynamodb:UpdateItem", arn, lambda t=table: db.update_item(
            **t, Key=nothing, UpdateExpression="SET a = :a", ExpressionAttributeValues={":a": {"S": "a"}}, **never)
        yield "dynamodb:DeleteItem", arn, lambda t=table: db.delete_item(**t, Key=nothing, **never)
        yield "dynamodb:Query", arn, lambda t=table, h=hashed: db.query(**t, **h)
        yield "dynamodb:Scan", arn, lambda t=table: db.scan(**t, Limit=1)
        yield "dynamodb:DescribeTable", arn, lambda t=table: db.describe_table(**t)
        yield "dynamodb:DeleteTable", arn, lambda t=table: db.delete_table(**t)
        for index, field in (("due", "due"), ("board", "board"), ("handler", "handler_of")):
            if name == "CasesTable" or index == "due":
                by = {"KeyConditionExpression": f"{field} = :v", "ExpressionAttributeValues": {":v": {"S": "NOBODY"}}}
                yield ("dynamodb:Query", f"{arn}/index/{index}",
                       lambda t=table, i=index, b=by: db.query(**t, IndexName=i, **b))
    for name in ("CaseKey", "MailKey", "ReleaseKey"):
        key = out[name]
        yield "kms:Encrypt", key, lambda k=key: kms.encrypt(KeyId=k, Plaintext=b"x")
        yield "kms:Decrypt", key, lambda k=key: kms.decrypt(KeyId=k, CiphertextBlob=b"x" * 120)
        yield "kms:DescribeKey", key, lambda k=key: kms.describe_key(KeyId=k)
    for name in ("ReceiptKey", "PublishKey", "HeadsKey"):
        key = out[name]
        yield "kms:Sign", key, lambda k=key: kms.sign(
            KeyId=k, Message=b"x" * 32, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")
        yield "kms:GetPublicKey", key, lambda k=key: kms.get_public_key(KeyId=k)
    for name in SECRETS:
        secret = out[name]
        yield "secretsmanager:GetSecretValue", secret, lambda s=secret: secrets.get_secret_value(SecretId=s)
        yield "secretsmanager:DescribeSecret", secret, lambda s=secret: secrets.describe_secret(SecretId=s)
    for name in ("SiteBucket", "ContentBucket", "InboundBucket", "HeadsBucket"):
        bucket = out[name]
        yield "s3:GetObject", f"arn:aws:s3:::{bucket}/none", lambda b=bucket: s3.get_object(Bucket=b, Key="none")
        yield "s3:PutObject", f"arn:aws:s3:::{bucket}/none", lambda b=bucket: s3.put_object(
            Bucket=b, Key="none", Body=b"", IfMatch='"none"')
        yield "s3:DeleteObject", f"arn:aws:s3:::{bucket}/none", lambda b=bucket: s3.delete_object(Bucket=b, Key="none")
        yield "s3:ListBucket", f"arn:aws:s3:::{bucket}", lambda b=bucket: s3.list_objects_v2(Bucket=b)
    raw = {"Data": b"From: security@example.org\r\nTo: a@example.org\r\n\r\n"}
    yield "ses:SendRawEmail", "*", lambda: client("ses").send_raw_email(
        Source="security@example.org", Destinations=["a@example.org"], RawMessage=raw)
    yield "ses:GetSendQuota", "*", lambda: client("ses").get_send_quota()
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{out['FailuresQueue'].rpartition('/')[2]}"
    yield "sqs:ReceiveMessage", queue, lambda: client("sqs").receive_message(QueueUrl=out["FailuresQueue"])
    topic = out["AlarmTopic"]
    yield "sns:Publish", topic, lambda: client("sns").publish(TopicArn=topic, Message="x")
    for other in FUNCTIONS:
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}-{other}"
        yield "lambda:GetFunction", arn, lambda f=other: client("lambda").get_function(FunctionName=f"{NAME}-{f}")
    yield "iam:ListRoles", "*", lambda: client("iam").list_roles()
    yield "cloudformation:DescribeStacks", "*", lambda: client("cloudformation").describe_stacks()


def tried(stack):
    """(name, whether it is as it should be, why not) for every function and call."""
    rights = policies(stack)
    for function in FUNCTIONS:
        credentials = stack.credentials(function)
        for action, resource, attempt in catalogue(stack, lambda service: stack.client(service, credentials)):
            should = allows(rights[function], action, resource)
            try:
                attempt()
                did = True
            except ClientError as refused:
                did = refused.response["Error"]["Code"] not in DENIED
            name = f"{function} {'may' if should else 'may not'} {action} {resource.rpartition(':')[2]}"
            yield name, should == did, "it was refused" if should else "it was let through"


def recorded(stack):
    """What the functions did: function → set of (action, ARN, leading key)."""
    known, done = stack.access_keys(), {function: set() for function in FUNCTIONS}
    arns = {stack.outputs[name]: arn for name, arn in tables(stack).items()}
    for access_key, action, resource, key in list(stack.proxy.calls):
        if access_key not in known:
            continue
        if action.startswith("dynamodb:"):
            table, _, index = resource.partition("/")
            resource = arns[table] + (f"/{index}" if index else "")
        if action.startswith("s3:"):
            listing = not key
            action = "s3:ListBucket" if listing else action
            bucket = stack.replaced.get(resource, resource)
            resource, key = f"arn:aws:s3:::{bucket}" + ("" if listing else f"/{key}"), None
        done[known[access_key]].add((action, stack.replaced.get(resource, resource), key))
    return done


def used(stack):
    rights, done, wrong = policies(stack), recorded(stack), []
    for function, calls in done.items():
        assert calls, f"{function} made no call"
        wrong += [f"{function} does {a} on {r} {k}: AWS would refuse it" for a, r, k in calls
                  if not allows(rights[function], a, r, k)]
        for statement in rights[function]:
            wrong += unused(function, statement, calls)
    assert not wrong, "\n  ".join(["", *sorted(set(wrong))])


def unused(function, statement, calls):
    def under(call, actions, resources, keys):
        return allows([{**statement, "Action": actions, "Resource": resources,
                        "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}} if keys else {}}], *call)

    keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
    actions, resources = listed(statement["Action"]), listed(statement["Resource"])
    for action in actions:
        seen = action.startswith(NOT_SEEN) or action == "s3:ListBucket"
        seen = seen or (function, f"{action} ({statement['Sid']})") in RARE
        if not seen and not any(under(call, action, resources, keys) for call in calls):
            yield f"{function} never does {action} ({statement['Sid']})"
    for resource in resources:
        rare = any(f == function and f"({statement['Sid']})" in what for f, what in RARE)
        if not rare and not actions[0].startswith(NOT_SEEN) and "s3:ListBucket" not in actions and not any(
                under(call, actions, resource, keys) for call in calls):
            yield f"{function} never uses {resource} ({statement['Sid']})"
    for key in listed(keys or []):
        rare = (function, key) in RARE or (function, f"{key} ({statement['Sid']})") in RARE
        if not rare and not any(under(call, actions, resources, [key]) for call in calls):
            yield f"{function} never touches {key} ({statement['Sid']})"
