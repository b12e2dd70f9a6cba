"""The SAM template as it would be in an account of AWS: conditions decided, names and ARNs filled in.

    python template.py TEMPLATE [PARAMETER=VALUE…]

prints roles, keys and buckets with their policies, and the ARN of every resource, as JSON for policies/check.mjs.
"""

import json
import re
import sys
import uuid

import yaml

ACCOUNT, REGION, PARTITION, STACK = "123456789012", "us-east-1", "aws", "desk"

# What an operator could have answered; the rest are the template's defaults. With mail received, so that all of it is there.
PARAMETERS = {
    "Identity": "example.org",
    "SecurityAddress": "security@example.org",
    "OperatorAddress": "operator@example.org",
    "ReceiveMail": "yes",
}

# Where a resource says its own name.
NAMES = {
    "AWS::ApiGatewayV2::Stage": "StageName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::LayerVersion": "LayerName",
}

ARNS = {
    "AWS::CloudFront::Distribution": "arn:{p}:cloudfront::{a}:distribution/{name}",
    "AWS::CloudWatch::Alarm": "arn:{p}:cloudwatch:{r}:{a}:alarm:{name}",
    "AWS::DynamoDB::Table": "arn:{p}:dynamodb:{r}:{a}:table/{name}",
    "AWS::IAM::Role": "arn:{p}:iam::{a}:role/{name}",
    "AWS::KMS::Key": "arn:{p}:kms:{r}:{a}:key/{name}",
    "AWS::Logs::LogGroup": "arn:{p}:logs:{r}:{a}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:{p}:s3:::{name}",
    "AWS::SecretsManager::Secret": "arn:{p}:secretsmanager:{r}:{a}:secret:{name}-AbCdEf",
    "AWS::Serverless::Function": "arn:{p}:lambda:{r}:{a}:function:{name}",
    "AWS::Serverless::LayerVersion": "arn:{p}:lambda:{r}:{a}:layer:{name}:1",
    "AWS::SES::ConfigurationSet": "arn:{p}:ses:{r}:{a}:configuration-set/{name}",
    "AWS::SNS::Topic": "arn:{p}:sns:{r}:{a}:{name}",
    "AWS::WAFv2::WebACL": "arn:{p}:wafv2:{r}:{a}:global/webacl/{name}/0",
    "AWS::SQS::Queue": "arn:{p}:sqs:{r}:{a}:{name}",
}

# Of these `Ref` gives the ARN, not the name.
REF_IS_ARN = {"AWS::SecretsManager::Secret", "AWS::Serverless::LayerVersion", "AWS::SNS::Topic"}

ATTRIBUTES = {
    "ApiEndpoint": "https://{name}.execute-api.{r}.amazonaws.com",
    "DomainName": "{name}.cloudfront.net",
    "QueueName": "{name}",
    "RegionalDomainName": "{name}.s3.{r}.amazonaws.com",
    "StreamArn": "{arn}/stream/2026-01-01T00:00:00.000",
}

GONE = object()


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, each as its long form."""


def short_tag(loader, tag, node):
    build = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence, "mapping": loader.construct_mapping}
    value = build[node.id](node) if node.id == "scalar" else build[node.id](node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


Loader.add_multi_constructor("!", short_tag)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)  # noqa: S506: a SafeLoader, see above


def resolve(template, parameters=None, account=ACCOUNT):
    """The template without what its conditions leave out, and every intrinsic function replaced by what it would give."""
    return Resolver(template, parameters or {}, account).template()


class Resolver:
    def __init__(self, template, parameters, account):
        self.source = template
        self.parameters = {name: p.get("Default") for name, p in template.get("Parameters", {}).items()} | parameters
        unanswered = [name for name, value in self.parameters.items() if value is None]
        if unanswered:
            raise ValueError(f"no value for {', '.join(unanswered)}")
        self.pseudo = {
            "AWS::AccountId": account, "AWS::Region": REGION, "AWS::Partition": PARTITION, "AWS::StackName": STACK,
            "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": GONE,
        }

    def template(self):
        resolved = {part: self.value(self.source[part]) for part in ("Globals",) if part in self.source}
        resolved |= {"Parameters": self.parameters}
        for part in ("Resources", "Outputs"):
            present = {name: r for name, r in self.source.get(part, {}).items() if self.present(r)}
            resolved[part] = {name: self.value({k: v for k, v in r.items() if k != "Condition"}) for name, r in present.items()}
        return resolved

    def present(self, resource):
        return "Condition" not in resource or self.condition(resource["Condition"])

    def condition(self, name):
        return self.holds(self.source["Conditions"][name])

    def holds(self, test):
        ((kind, value),) = test.items()
        if kind == "Condition":
            return self.condition(value)
        if kind == "Fn::Equals":
            one, other = (str(self.value(v)) for v in value)
            return one == other
        held = [self.holds(v) for v in value]
        return {"Fn::Not": not held[0], "Fn::And": all(held), "Fn::Or": any(held)}[kind]

    def value(self, value):
        if isinstance(value, list):
            return [v for v in map(self.value, value) if v is not GONE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((kind, argument),) = value.items()
            # `Condition` is a function only among conditions; in a policy it is a word of the policy's.
            if kind == "Ref" or kind.startswith("Fn::"):
                return self.function(kind, argument)
        resolved = {name: self.value(v) for name, v in value.items()}
        return {name: v for name, v in resolved.items() if v is not GONE}

    def function(self, kind, argument):
        if kind == "Ref":
            return self.ref(argument)
        if kind == "Fn::GetAtt":
            return self.attribute(*argument)
        if kind == "Fn::If":
            return self.value(argument[1] if self.condition(argument[0]) else argument[2])
        if kind == "Fn::Join":
            return argument[0].join(map(str, self.value(argument[1])))
        if kind == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            return re.sub(r"\$\{([^!}][^}]*)\}", lambda m: str(self.named(m[1], own)), text).replace("${!", "${")
        raise ValueError(f"{kind} is not known here")

    def named(self, name, own):
        if name in own:
            return self.value(own[name])
        return self.attribute(*name.split(".", 1)) if "." in name else self.ref(name)

    def ref(self, name):
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        return self.arn(name) if self.kind(name) in REF_IS_ARN else self.name(name)

    def attribute(self, name, attribute):
        known = {"Arn": self.arn(name), "Id": self.ref(name)}
        if attribute in known:
            return known[attribute]
        pattern = ATTRIBUTES.get(attribute, "{name}." + attribute)
        return pattern.format(name=self.name(name), arn=self.arn(name), r=REGION)

    def kind(self, name):
        return self.source["Resources"][name]["Type"]

    def name(self, name):
        kind = self.kind(name)
        if kind == "AWS::KMS::Key":
            return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
        if kind == "AWS::S3::Bucket":
            return f"{STACK}-{name}".lower()
        own = self.source["Resources"][name].get("Properties", {}).get(NAMES.get(kind))
        return self.value(own) if own is not None else f"{STACK}-{name}"

    def arn(self, name):
        pattern = ARNS.get(self.kind(name), "arn:{p}:other:{r}:{a}:{name}")
        return pattern.format(p=PARTITION, r=REGION, a=self.pseudo["AWS::AccountId"], name=self.name(name))


def of_type(resolved, kind):
    """The properties of every resource of a type, by the resource's name."""
    return {name: r.get("Properties", {}) for name, r in resolved["Resources"].items() if r["Type"] == kind}


def functions(resolved):
    """The functions by the name of their zip, each with what the globals add."""
    shared = resolved.get("Globals", {}).get("Function", {})
    found = {}
    for own in of_type(resolved, "AWS::Serverless::Function").values():
        variables = [part.get("Environment", {}).get("Variables", {}) for part in (shared, own)]
        zipped = re.fullmatch(r"build/(.+)\.zip", own["CodeUri"])
        name = zipped[1] if zipped else own["CodeUri"]
        found[name] = shared | own | {"Environment": {"Variables": variables[0] | variables[1]}}
    return found


def policies(resolved):
    """Every policy of a role: its name, the roles that have it, and what it says."""
    for policy in of_type(resolved, "AWS::IAM::RolePolicy").values():
        yield policy["PolicyName"], [policy["RoleName"]], policy["PolicyDocument"]
    for policy in of_type(resolved, "AWS::IAM::Policy").values():
        yield policy["PolicyName"], policy.get("Roles", []), policy["PolicyDocument"]


def roles(resolved, resolver):
    """What each function's role may do. That no role has rights from elsewhere is checked by check_template.py."""
    arns = {role["RoleName"]: resolver.arn(name) for name, role in of_type(resolved, "AWS::IAM::Role").items()}
    found = {}
    for name, attached, document in policies(resolved):
        (role,) = attached
        if name in found:
            raise ValueError(f"two policies are called {name}")
        found[name] = {"arn": arns[role], "policy": document}
    return found


def main():
    path, *given = sys.argv[1:]
    resolver = Resolver(load(path), PARAMETERS | dict(g.split("=", 1) for g in given), ACCOUNT)
    resolved = resolver.template()
    keys = of_type(resolved, "AWS::KMS::Key")
    buckets = {b["Bucket"]: b["PolicyDocument"] for b in of_type(resolved, "AWS::S3::BucketPolicy").values()}
    print(json.dumps({
        "account": ACCOUNT,
        "parameters": resolved["Parameters"],
        "roles": roles(resolved, resolver),
        "keys": {name: {"arn": resolver.arn(name), "policy": key["KeyPolicy"]} for name, key in keys.items()},
        "buckets": {name: {"arn": f"arn:{PARTITION}:s3:::{name}", "policy": policy} for name, policy in buckets.items()},
        "resources": {name: resolver.arn(name) for name in resolved["Resources"]},
    }, indent=1))


if __name__ == "__main__":
    main()
