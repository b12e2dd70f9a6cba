"""What the Rust sources ask of the template: read from them, so that it is said once."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What a `main.rs` uses of shared code → the variables that this reads.
READS = {
    r"\bstart::logging\(": {"DESK_STACK"},
    r"\bStore::from_env\(": {"DESK_CASES_TABLE", "DESK_MAIL_TABLE"},
    r"\bMailer::from_env\(": {"DESK_SES_CONFIGURATION_SET"},
    r"\.cases(_public)?\(\)": {"DESK_CASE_KEY"},
    r"\.ring\(\"mail\"\)": {"DESK_MAIL_KEY"},
    r"\.ring\(\"release\"\)": {"DESK_RELEASE_KEY"},
    r"\.receipt_signer\(\)": {"DESK_RECEIPT_KEY"},
    r"\.publish_(signer|verifier)\(\)": {"DESK_PUBLISH_KEY"},
    r"\.heads_(signer|verifier)\(\)": {"DESK_HEADS_KEY"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::TeamLinks\)": {"DESK_TEAM_LINKS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::Sessions\)": {"DESK_SESSIONS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::ReporterLinks\)": {"DESK_REPORTER_LINKS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::Canary\)": {"DESK_CANARY_LINKS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::ReplyTokens\)": {"DESK_REPLY_TOKENS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::IntakeWords\)": {"DESK_INTAKE_WORDS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::InboxWords\)": {"DESK_INBOX_WORDS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::TeamWords\)": {"DESK_TEAM_WORDS"},
    r"(\.link_key\(|Links::of\w*\(&keys, )Purpose::Announcements\)": {"DESK_ANNOUNCEMENTS"},
    r"\bWebhooks::of\(": {"DESK_WEBHOOKS"},
    r"\bFront::of\(": {"DESK_ORIGIN_SECRET"},
    r"\bOpenPgpSecret::Team\b": {"DESK_OPENPGP_TEAM"},
    r"\bOpenPgpSecret::Notices\b": {"DESK_OPENPGP_SIGNING"},
    r"\bOpenPgpSecret::Primary\b": {"DESK_OPENPGP_PRIMARY"},
}

# Read, but never set in AWS: the layer puts the policy at its default path, and `info` is the level there. A person may set
# them by hand to look closer.
OPTIONAL = {"DESK_POLICY", "DESK_LOG"}

VARIABLE = re.compile(r'"(DESK_[A-Z_]+)"')


def functions():
    return sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "Cargo.toml").exists())


def rust(*folders):
    """All Rust text under folders of the repository, without comments."""
    text = "\n".join(path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.rs")))
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)


def variables(function):
    main = rust(f"functions/{function}/src")
    shared = [names for use, names in READS.items() if re.search(use, main)]
    return (set(VARIABLE.findall(main)).union(*shared)) - OPTIONAL


def unexplained_variables():
    """Variables of shared code that no line of READS names."""
    return set(VARIABLE.findall(rust("shared"))) - set().union(*READS.values()) - OPTIONAL


def outputs():
    """Variables that name what an output of the stack names too, for operators."""
    return dict(re.findall(r'variable: "(\w+)", output: "(\w+)"', rust("shared/keys/src")))


def routes(function):
    """`METHOD /path` of a router, as API Gateway writes them."""
    text, found = rust(f"functions/{function}/src"), set()
    for start in re.finditer(r"\.route\(", text):
        path, methods = arguments(text, start.end()).split(",", 1)
        if path == "page.path()":
            found |= navigation(text)
            continue
        methods = re.findall(r"\b(get|post|put|patch|delete)\(", methods)
        found |= {f"{method.upper()} {route_path(path.strip())}" for method in methods}
    return found


def navigation(text):
    """The routes of the pages that the desk's navigation leads to: their paths are rows of a table, their methods arms of a match."""
    paths = dict(re.findall(r'^    (\w+) = "(/desk[^"]*)"', rust("shared/pages/src"), flags=re.MULTILINE))
    arms = re.findall(r"DeskPage::(\w+) => ((?:\.?(?:get|post)\([\w:]+\))+)", text)
    return {f"{method.upper()} {paths[page]}" for page, methods in arms for method in re.findall(r"\b(get|post)\(", methods)}


def fallback(function):
    """The route of whatever no other is for, where a router has one."""
    return {"$default"} if ".fallback(" in rust(f"functions/{function}/src") else set()


def arguments(text, start):
    depth = 1
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[start:end]
    raise ValueError("a call without its end")


def route_path(path):
    if path.startswith('"'):
        # A variable that holds slashes too.
        return re.sub(r"\{\*(\w+)\}", r"{\1+}", path.strip('"'))
    name = path.rsplit("::", 1)[-1]
    return re.search(rf'const {name}: &str = "([^"]+)"', rust("shared"))[1]


def metrics():
    """Names of what is counted, and of the alarms."""
    text = rust("functions", "shared")
    return set(re.findall(r"\bmetric\.(\w+) =", text)), set(re.findall(r'\balarm = "([\w-]+)"', text))


def content_security_policy():
    text = (ROOT / "shared/http/src/headers.rs").read_text()
    literal = re.search(r'CONTENT_SECURITY_POLICY: &str =\s*"([^"]*)"', text)[1]
    return re.sub(r"\\\n\s*", "", literal)


def front():
    """The headers that CloudFront adds: what it is known by, and the viewer's address."""
    text = (ROOT / "shared/http/src/source.rs").read_text()
    return [re.search(rf'const {name}: HeaderName = HeaderName::from_static\("([\w-]+)"\)', text)[1] for name in ("ORIGIN", "VIEWER")]


def tables():
    """What schema.rs makes: for each table its index keys, and for each index its keys and what it carries."""
    text = (ROOT / "shared/store/src/schema.rs").read_text()
    fields = re.findall(r'"(\w+)"', re.search(r"BOARD_FIELDS[^=]*= \[(.*?)\]", text)[1])
    indexes = {}
    for name, hash_key, range_key, projection in re.findall(r'index\("(\w+)", "(\w+)", "(\w+)", (.+)\)', text):
        carried = None if "KeysOnly" in projection else fields
        indexes[name] = {"keys": [hash_key, range_key], "carries": carried}
    made = re.findall(r"create_table\(&self\.(\w+), &(\[[^\]]*\]|\w+), &\[(.*?)\]\)", text)
    found = {}
    for table, which, keys in made:
        has = which if which.startswith("[") else re.search(rf"let {which} = \[(.*?)\];", text, re.DOTALL)[1]
        own = {name: index for name, index in indexes.items() if f"{name}()" in has or f'index("{name}"' in has}
        found[table] = {"attributes": {"pk", "sk", *re.findall(r'"(\w+)"', keys)}, "indexes": own}
    return found


def differ(of_code, of_template, what):
    yield from (f"the template has no {what} {name}" for name in sorted(of_code - of_template))
    yield from (f"the code has no {what} {name}" for name in sorted(of_template - of_code))
