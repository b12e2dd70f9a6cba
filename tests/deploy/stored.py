"""Checks of what the template keeps: tables and buckets. Each is a name and its problems."""

import sources
from sources import differ
from template import of_type


def tables(desk):
    for table, made in sources.tables().items():
        name = f"{table.capitalize()}Table"
        resource = desk["Resources"][name]
        yield f"{name}: the keys and indexes of schema.rs", schema(resource["Properties"], made)
        yield f"{name}: on demand, streamed, kept and recoverable", kept(resource)


def schema(properties, made):
    keys = {(key["AttributeName"], key["KeyType"]) for key in properties["KeySchema"]}
    if keys != {("pk", "HASH"), ("sk", "RANGE")}:
        yield f"its keys are {sorted(keys)}"
    attributes = {(a["AttributeName"], a["AttributeType"]) for a in properties["AttributeDefinitions"]}
    yield from differ({(name, "S") for name in made["attributes"]}, attributes, "attribute")
    indexes = {}
    for index in properties["GlobalSecondaryIndexes"]:
        ordered = sorted(index["KeySchema"], key=lambda key: key["KeyType"])
        projection = index["Projection"]
        carries = None if projection["ProjectionType"] == "KEYS_ONLY" else projection["NonKeyAttributes"]
        indexes[index["IndexName"]] = {"keys": [key["AttributeName"] for key in ordered], "carries": carries}
    if indexes != made["indexes"]:
        yield f"{indexes} is not {made['indexes']}"


def kept(resource):
    wanted = {
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
    }
    there = resource["Properties"]
    yield from (f"{key}: {there.get(key)}" for key, value in wanted.items() if there.get(key) != value)
    yield from not_retained(resource)


def not_retained(resource):
    """What the stack loses when it, or this resource of it, is removed. A first creation that fails may leave nothing."""
    kept_on = {"DeletionPolicy": ("Retain", "RetainExceptOnCreate"), "UpdateReplacePolicy": ("Retain",)}
    yield from (f"{key}: {resource.get(key)}" for key, values in kept_on.items() if resource.get(key) not in values)


def buckets(desk):
    for name, bucket in of_type(desk, "AWS::S3::Bucket").items():
        yield f"{name}: private, encrypted, tidied, kept", [*safe(bucket), *not_retained(desk["Resources"][name])]
        versioned = bucket.get("VersioningConfiguration", {}).get("Status") == "Enabled"
        inbound = name == "InboundBucket"
        yield f"{name}: {'not ' * inbound}versioned", [f"versioned: {versioned}"] if versioned == inbound else []


    days = desk["Parameters"]["HeadsDays"]
    yield "HeadsBucket: locked, for as long as a parameter says", unlocked(desk["Resources"]["HeadsBucket"]["Properties"], days)


def unlocked(bucket, days):
    wanted = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}}}
    if bucket.get("ObjectLockEnabled") is not True or bucket.get("ObjectLockConfiguration") != wanted:
        yield f"{bucket.get('ObjectLockConfiguration')}"


def safe(bucket):
    blocked = bucket.get("PublicAccessBlockConfiguration", {})
    ways = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    yield from (f"no {way}" for way in ways if blocked.get(way) is not True)
    if not bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration"):
        yield "not encrypted"
    if not any(rule["Status"] == "Enabled" for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", [])):
        yield "no lifecycle"
