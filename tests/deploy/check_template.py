"""The template held against the code that it deploys, and against what the README promises of it. Needs no emulator.

    python check_template.py

Prints one line for each check, and at last `template: N passed, M failed`.
"""

import json
import re
import sys

import sources
import stored
import template
import watched
from sources import differ
from template import of_type

PATH = sources.ROOT / "infra/aws/template.yaml"

# POST routes without a limit of their own: each does nothing before it has seen a secret of a member's.
FOR_MEMBERS = {
    "POST /desk/sign-out": "a member's session",
    "POST /desk/session/code": "half a session, signed for one member",
    "POST /desk/account/second-factor": "a member's session",
    "POST /desk/acknowledge": "a link signed for one member",
    "POST /desk/api/cases": "a member's session",
    "POST /desk/api/cases/{id}/commands": "a member's session",
    "POST /desk/api/away": "a member's session",
    "POST /desk/api/close-batch": "a member's session",
    "POST /desk/api/swap": "a member's session",
    "POST /desk/cases/{id}/{step}": "a member's session",
    "POST /desk/close-batch": "a member's session",
    "POST /desk/open": "a member's session",
    "POST /desk/rota": "a member's session",
}
# Those that HTTPS leads to.
HTTPS = ("intake", "team")


def main():
    source = template.load(PATH)
    desk = template.resolve(source, template.PARAMETERS)
    groups = (
        parameters(source), functions(desk), environment(desk), load(source), https(desk),
        stored.tables(desk), stored.buckets(desk), watched.logs(desk), watched.mappings(desk), watched.alarms(desk),
        mail(source, desk),
    )
    passed = failed = 0
    for name, problems in (result for group in groups for result in group):
        problems = list(problems)
        passed, failed = passed + (not problems), failed + bool(problems)
        print(f"{'FAIL' if problems else 'ok  '}  {name}")
        for problem in problems:
            print(f"      {problem}")
    print(f"template: {passed} passed, {failed} failed")
    return failed > 0


def parameters(source):
    given = source["Parameters"]
    yield "at most sixteen parameters", [] if len(given) <= 16 else [f"{len(given)}"]
    yield "every parameter is described", (name for name, p in given.items() if not p.get("Description"))
    limits = ("AllowedPattern", "AllowedValues", "MinValue", "MaxValue")
    yield "every parameter is limited", (name for name, p in given.items() if not any(limit in p for limit in limits))
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    yield "every parameter is asked for once", [] if sorted(shown) == sorted(given) else [str(sorted(set(given) ^ set(shown)))]


# --- functions --------------------------------------------------------------------------------------------------

def functions(desk):
    folders, found = set(sources.functions()), template.functions(desk)
    yield "a function for each folder", differ(folders, set(found), "function")
    package = (sources.ROOT / "infra/aws/package.py").read_text()
    packed = set(re.findall(r'"([\w-]+)"', re.search(r"^FUNCTIONS = \[(.*?)\]", package, re.MULTILINE | re.DOTALL)[1]))
    yield "a zip for each folder", differ(folders, packed, "zip")
    groups = {group["LogGroupName"] for group in of_type(desk, "AWS::Logs::LogGroup").values()}
    of_lambda = {name.rpartition("/")[2].removeprefix("desk-") for name in groups if name.startswith("/aws/lambda/")}
    yield "a log group for each folder", differ(folders, of_lambda, "log group of")
    named = {role["RoleName"].removeprefix("desk-") for role in of_type(desk, "AWS::IAM::Role").values()}
    yield "a role for each folder", differ(folders, named, "role")
    policies = {name: attached for name, attached, _ in template.policies(desk)}
    yield "a policy for each folder", differ(folders, set(policies), "policy")
    for name, function in sorted(found.items()):
        yield f"{name}: its own name, role, policy and log", belongs(name, function, policies)
    yield "no role has a right from anywhere else", other_rights(desk)


def belongs(name, function, policies):
    full = f"{template.STACK}-{name}"
    if function["FunctionName"] != full:
        yield f"it is called {function['FunctionName']}"
    if not function.get("Role", "").endswith(f":role/{full}"):
        yield f"its role is {function.get('Role')}"
    if policies.get(name) != [full]:
        yield f"its policy is at {policies.get(name)}"
    if function.get("LoggingConfig", {}).get("LogGroup") != f"/aws/lambda/{full}":
        yield f"it logs to {function.get('LoggingConfig')}"


def starving(source):
    """No flood of one takes the concurrency of another: each of them has its own, unless its parameter is 0."""
    for given, kept in (("40", True), ("0", False)):
        answers = {name: given for name in source["Parameters"] if name.endswith("Concurrency")}
        found = template.functions(template.resolve(source, template.PARAMETERS | answers))
        for name in ("intake", "team", "inbox"):
            if ("ReservedConcurrentExecutions" in found[name]) != kept:
                yield f"{name} with {given}: {found[name].get('ReservedConcurrentExecutions')}"


def other_rights(desk):
    for name, role in of_type(desk, "AWS::IAM::Role").items():
        yield from (f"{name} has {key}" for key in ("ManagedPolicyArns", "Policies") if role.get(key))
        trusted = [s["Principal"] for s in role["AssumeRolePolicyDocument"]["Statement"]]
        if trusted != [{"Service": "lambda.amazonaws.com"}]:
            yield f"{name} trusts {trusted}"
    yield from (f"{name} has Policies" for name, function in template.functions(desk).items() if function.get("Policies"))
    known = ("AWS::IAM::Role", "AWS::IAM::RolePolicy", "AWS::IAM::Policy")
    kinds = {name: resource["Type"] for name, resource in desk["Resources"].items()}
    yield from (f"{n} is a {kind}" for n, kind in kinds.items() if kind.startswith("AWS::IAM::") and kind not in known)
    if len(list(template.policies(desk))) != len(of_type(desk, "AWS::IAM::Role")):
        yield "there are more policies than roles, or fewer"


def environment(desk):
    yield "it is known where shared code reads each variable", sorted(sources.unexplained_variables())
    for name, function in sorted(template.functions(desk).items()):
        given = set(function["Environment"]["Variables"])
        yield f"{name}: the variables that it reads, and no other", differ(sources.variables(name), given, "variable")
    yield "a variable and its output name the same", misnamed(desk)


def load(source):
    yield "a flood of reports, mails or the team's requests takes nobody else's concurrency", starving(source)
    yield "a firewall is there where it is asked for", unguarded(source)


def unguarded(source):
    for limit in ("0", "500"):
        resolver = template.Resolver(source, template.PARAMETERS | {"Firewall": limit}, template.ACCOUNT)
        desk = resolver.template()
        lists = of_type(desk, "AWS::WAFv2::WebACL")
        (distribution,) = of_type(desk, "AWS::CloudFront::Distribution").values()
        if bool(lists) != (limit != "0") or bool(distribution["DistributionConfig"].get("WebACLId")) != bool(lists):
            yield f"with {limit} there are {sorted(lists)}"
        for rule in (rule for found in lists.values() for rule in found["Rules"]):
            if rule["Statement"]["RateBasedStatement"]["Limit"] != limit:
                yield f"{rule['Name']} is {rule['Statement']}"


def misnamed(desk):
    for name, function in template.functions(desk).items():
        given = function["Environment"]["Variables"]
        for variable, output in sources.outputs().items():
            if variable in given and given[variable] != desk["Outputs"].get(output, {}).get("Value"):
                yield f"{name}: {variable} is not the output {output}"


# --- mail that comes in -----------------------------------------------------------------------------------------

def mail(source, desk):
    bucket, inbox = desk["Resources"]["InboundBucket"]["Properties"], template.functions(desk)["inbox"]
    name = f"{template.STACK}-InboundBucket".lower()
    yield "inbox: a mail that came in wakes it, and the schedule where that was lost", unwoken(bucket, inbox, name)
    on_failure = inbox["EventInvokeConfig"]["DestinationConfig"].get("OnFailure")
    yield "inbox: what it fails on is not lost", [] if on_failure else ["it has no queue for it"]
    (rule,) = (rule["Rule"] for rule in of_type(desk, "AWS::SES::ReceiptRule").values())
    wanted = {"Recipients": [template.PARAMETERS["SecurityAddress"]], "Actions": [{"S3Action": {"BucketName": name}}],
              "Enabled": True, "ScanEnabled": True}
    other = (f"{key}: {rule.get(key)}" for key, value in wanted.items() if rule.get(key) != value)
    yield "SES hands over mail to the security address, scanned", other
    yield "without ReceiveMail none of it is there, or named", named_without_mail(source, desk)


def unwoken(bucket, inbox, name):
    if bucket.get("NotificationConfiguration") != {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}:
        yield "the bucket tells nobody"
    events = {event["Type"]: event["Properties"] for event in inbox["Events"].values()}
    of_ses = [{"anything-but": "AMAZON_SES_SETUP_NOTIFICATION"}]
    detail = {"bucket": {"name": [name]}, "object": {"key": of_ses}}
    wanted = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    if events["EventBridgeRule"]["Pattern"] != wanted:
        yield f"{events['EventBridgeRule']['Pattern']} is not {wanted}"
    of_s3 = events["EventBridgeRule"]["InputTransformer"]
    said = json.loads(re.sub(r"<(\w+)>", lambda match: json.dumps(of_s3["InputPathsMap"][match[1]]), of_s3["InputTemplate"]))
    if said["Records"][0]["s3"] != {"bucket": {"name": "$.detail.bucket.name"}, "object": {"key": "$.detail.object.key"}}:
        yield f"it hears {said}"
    if events["Schedule"]["Schedule"] != "rate(5 minutes)" or "Records" in json.loads(events["Schedule"]["Input"]):
        yield f"it is swept by {events['Schedule']}"


def named_without_mail(source, desk):
    resolver = template.Resolver(source, template.PARAMETERS | {"ReceiveMail": "no"}, template.ACCOUNT)
    without = resolver.template()
    gone = set(desk["Resources"]) - set(without["Resources"])
    wanted = {"Inbox", "InboxPolicy", "InboxRole", "InboundAlarm", "InboundBucket", "InboundBucketPolicy", "InboundKey",
              "MailAsideAlarm", "MailUnreadAlarm", "ReceiptRule", "ReceiptRuleSet"}
    yield from (f"{name} is {'there' if name in wanted else 'not there'}" for name in sorted(gone ^ wanted))
    text = json.dumps(without)
    yield from (f"{name} is named" for name in sorted(gone) if resolver.arn(name) in text)


# --- HTTPS ------------------------------------------------------------------------------------------------------

def https(desk):
    integrations = of_type(desk, "AWS::ApiGatewayV2::Integration")
    to = {name: i["IntegrationUri"].rpartition(f":{template.STACK}-")[2] for name, i in integrations.items()}
    leads = {f"integrations/{template.STACK}-{name}": function for name, function in to.items()}
    there = {route["RouteKey"]: leads.get(route["Target"]) for route in of_type(desk, "AWS::ApiGatewayV2::Route").values()}
    for function in HTTPS:
        of_code = sources.routes(function) | sources.fallback(function)
        heads = {route.replace("GET ", "HEAD ", 1) for route in of_code if route.startswith("GET ")}
        of_template = {key for key, to in there.items() if to == function}
        led = {leading(route, of_template) for route in of_code}
        yield f"{function}: every route, and no other", differ(led, of_template - heads, "route")
    yield "every route leads to a function", (key for key, to in there.items() if to not in HTTPS)
    (stage,) = (r for r in desk["Resources"].values() if r["Type"] == "AWS::ApiGatewayV2::Stage")
    yield "whoever writes without a member's secret is limited", limits(desk, stage, there)
    yield "CloudFront sends the Content-Security-Policy of the pages", security_headers(desk)
    yield "CloudFront says what it is known by, and from where one asks", unknown(desk)
    yield "what only begins like the site leads to an object of its own, which is missing", site_paths(desk)


def leading(route, of_template):
    """The template's route that leads to a route of the code: itself, else one with a variable for its last segment."""
    listed = re.escape(route.rpartition("/")[0]) + r"/\{\w+\}"
    return route if route in of_template else next((key for key in of_template if re.fullmatch(listed, key)), route)


def limits(desk, stage, there):
    limited, writing = stage["Properties"]["RouteSettings"], {key for key in there if key.startswith("POST ")}
    yield from (f"no limit for {key}" for key in sorted(writing - set(FOR_MEMBERS) - set(limited)))
    yield from (f"{key} is no route" for key in sorted((set(limited) | set(FOR_MEMBERS)) - set(there)))
    names = ("ThrottlingBurstLimit", "ThrottlingRateLimit")
    settings = limited | {"the default": stage["Properties"].get("DefaultRouteSettings", {})}
    yield from (f"{key}: no {name}" for key, s in settings.items() for name in names if not s.get(name))
    waits = {desk["Resources"][name]["Properties"].get("RouteKey") for name in stage["DependsOn"]}
    yield from (f"the stage does not wait for {key}" for key in sorted(set(limited) - waits))


def unknown(desk):
    """Whoever answers HTTPS answers CloudFront alone: each way to the API says the secret, and the desk's says the address too."""
    (distribution,) = of_type(desk, "AWS::CloudFront::Distribution").values()
    config, origin, viewer = distribution["DistributionConfig"], *sources.front()
    secret = f"{{{{resolve:secretsmanager:{desk['Outputs']['OriginSecret']['Value']}:SecretString}}}}"
    wanted = [{"HeaderName": origin, "HeaderValue": secret}]
    to_api = [o for o in config["Origins"] if "execute-api" in o["DomainName"]]
    yield from (f"{o['Id']} says {o.get('OriginCustomHeaders')}" for o in to_api if o.get("OriginCustomHeaders") != wanted)
    code = [f["FunctionCode"] for f in of_type(desk, "AWS::CloudFront::Function").values()]
    if not any(f"headers['{viewer}'] = {{ value: event.viewer.ip }}" in text for text in code):
        yield f"no function at the edge writes {viewer}"
    if not config["DefaultCacheBehavior"].get("FunctionAssociations"):
        yield "none runs before the desk"
    for name in HTTPS:
        waits = template.functions(desk)[name]
        if "Distribution" not in desk["Resources"][name.capitalize()].get("DependsOn", []):
            yield f"{waits['FunctionName']} may ask for the secret before CloudFront says it"


def site_paths(desk):
    """A function that left `/sites` as `s` would answer with a fault: CloudFront takes no path without a slash."""
    code = [f["FunctionCode"] for f in of_type(desk, "AWS::CloudFront::Function").values()]
    if sum(r"request.uri.replace(/^\/site\//, '/')" in text for text in code) != 1:
        yield "no function at the edge takes `/site/`, with both of its slashes, off the address"


def security_headers(desk):
    (policy,) = of_type(desk, "AWS::CloudFront::ResponseHeadersPolicy").values()
    sent = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    if sent["ContentSecurityPolicy"] != sources.content_security_policy():
        yield from (sent["ContentSecurityPolicy"], sources.content_security_policy())
    if sent["Override"]:
        yield "it is written over the one that an answer brings: a download would lose its sandbox"


if __name__ == "__main__":
    sys.exit(main())
