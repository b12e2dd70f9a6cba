"""Where the logs of all cases stand: exported once a day, signed, locked, and what `desk verify` holds the logs against."""

import hashlib
import json

from botocore.exceptions import ClientError

from stack import wait


def exported(stack):
    """The first tick of the day has done it; what came since is new, and the logs hold what they held."""
    s3, bucket = stack.client("s3"), stack.outputs["HeadsBucket"]

    def signatures():
        keys = sorted(o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", []))
        return [key for key in keys if key.endswith(".jws")]

    signed = wait(signatures, 90, "an export")[-1]
    assert s3.get_object(Bucket=bucket, Key=signed.replace(".jws", ".jsonl"))["Body"].read() is not None
    locked(s3, bucket, signed)
    latest = wait(lambda: verified(stack, "latest"), 60, "all hold")
    assert signed == f"{latest['against']['day']}.jws", latest
    assert verified(stack, f"s3://{bucket}/{signed}")["against"] == latest["against"]
    changed(stack, s3, bucket, signed)


def verified(stack, against):
    """What `desk verify` says, where all holds."""
    said = json.loads(stack.desk_command("verify", "--json", "--against", against, check=False).stdout)
    return said if said.get("holds") else None


def changed(stack, s3, bucket, signed):
    """A copy whose lines are others than those that were signed is held against nothing."""
    for key in (signed, signed.replace(".jws", ".jsonl")):
        (stack.work / key).write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    copy = stack.work / signed.replace(".jws", ".jsonl")
    copy.write_text(copy.read_text() + json.dumps({"case": "EXP-2026-00000", "events": 1, "head": hashlib.sha256().hexdigest()}) + "\n")
    done = stack.desk_command("verify", "--json", "--against", str(copy), check=False)
    assert done.returncode == 1 and "other lines" in json.loads(done.stdout)["against"]["problem"], done.stdout


def locked(s3, bucket, key):
    """Where the emulator makes the lock that the template asks for."""
    try:
        s3.get_object_lock_configuration(Bucket=bucket)
    except ClientError as why:
        assert why.response["Error"]["Code"] == "ObjectLockConfigurationNotFoundError", why
        return
    assert s3.get_object_retention(Bucket=bucket, Key=key)["Retention"]["Mode"] == "GOVERNANCE"
