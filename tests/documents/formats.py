"""What the desk publishes for machines, held against schemas and libraries that are not ours: CSAF with its provider's files,
OpenVEX, CVE records.

usage: formats.py SITE: the folder of a published site.
"""

import csv
import hashlib
import json
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from packageurl import PackageURL
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from univers.version_range import VersionRange, build_range_from_github_advisory_constraint
from univers.versions import SemverVersion

from counting import check, end

DATA = Path(__file__).resolve().parent.parent / "data"
# Who hands a record in to CVE services is put in by them.
SERVICES = {"providerMetadata": {"orgId": "00000000-0000-4000-8000-000000000000"}}
# https://docs.github.com/en/rest/security-advisories/repository-advisories, version 2022-11-28.
GITHUB = {"summary", "description", "cve_id", "vulnerabilities", "cwe_ids", "cvss_vector_string", "severity", "credits"}
# A desk on this machine has no certificate; what it writes is judged as it is where it has one.
LOCAL = re.compile(r'"http://(127\.0\.0\.1|localhost)(:\d+)?/')


def schema(path):
    return json.loads((DATA / path).read_text())


def csaf_registry():
    """CSAF's own schema, and those of CVSS by the addresses that it has for them."""
    own = schema("csaf/csaf_json_schema.json")
    named = [(own["$id"], own)]
    for version in ("2.0", "3.0", "3.1"):
        named.append((f"https://www.first.org/cvss/cvss-v{version}.json", schema(f"csaf/cvss-v{version}.json")))
    return Registry().with_resources((uri, Resource.from_contents(file, DRAFT7)) for uri, file in named)


def problems(validator, document):
    return [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)]


def validator(path, registry=None):
    return Draft202012Validator(schema(path), registry=registry or Registry(), format_checker=FormatChecker())


def secured(path):
    return json.loads(LOCAL.sub(r'"https://\1\2/', path.read_text()))


def file_name(document):
    """By 5.1 of the standard."""
    return re.sub(r"[^+\-a-z0-9]+", "_", document["document"]["tracking"]["id"].lower()) + ".json"


def hashes(path):
    for name in ("sha256", "sha512"):
        beside = path.with_name(f"{path.name}.{name}")
        line = f"{hashlib.new(name, path.read_bytes()).hexdigest()}  {path.name}\n"
        if not beside.is_file() or beside.read_text() != line:
            yield f"{beside.name} is not {line!r}"


def csaf_documents(site):
    folder, judge = site / "csaf/white", validator("csaf/csaf_json_schema.json", csaf_registry())
    documents = {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob("*/*.json"))}
    check("there are CSAF documents", [] if documents else ["none"])
    read = {name: json.loads(path.read_text()) for name, path in documents.items()}
    for name, document in read.items():
        check(f"csaf/{name}: valid CSAF 2.0", problems(judge, document))
        tracking = document["document"]["tracking"]
        right = f"{tracking['initial_release_date'][:4]}/{file_name(document)}"
        check(f"csaf/{name}: in its year, by its name", [] if name == right else [right])
        check(f"csaf/{name}: its hashes", hashes(documents[name]))
    return read


def provider(site, documents):
    folder = site / "csaf/white"
    metadata, feed = secured(site / "csaf/provider-metadata.json"), secured(folder / "csaf-feed-tlp-white.json")
    check("provider metadata: valid", problems(validator("csaf/provider_json_schema.json", csaf_registry()), metadata))
    same = (site / ".well-known/csaf/provider-metadata.json").read_bytes() == (site / "csaf/provider-metadata.json").read_bytes()
    check("provider metadata: the well-known one says the same", [] if same else ["it differs"])
    rolie = metadata["distributions"][0]["rolie"]
    urls = [metadata["canonical_url"], *rolie["services"], *(feed["url"] for feed in rolie["feeds"])]
    check("provider metadata: what it names is there", missing(site, urls))
    check("ROLIE feed: valid", problems(validator("csaf/ROLIE_feed_json_schema.json"), feed))
    entries = feed["feed"]["entry"]
    check("ROLIE feed: what it names is there", missing(site, [link["href"] for entry in entries for link in entry["link"]]))
    ids = sorted(document["document"]["tracking"]["id"] for document in documents.values())
    check("ROLIE feed: an entry for each document", [] if sorted(e["id"] for e in entries) == ids else [str(entries)])
    index = (folder / "index.txt").read_text().splitlines()
    check("index.txt: a line for each document", [] if sorted(index) == sorted(documents) else [str(index)])
    with (folder / "changes.csv").open(newline="") as file:
        changes = list(csv.reader(file, strict=True))
    times = {name: document["document"]["tracking"]["current_release_date"] for name, document in documents.items()}
    check("changes.csv: a row for each document, with its time", [] if dict(changes) == times else [str(changes)])
    order = [row[1] for row in changes]
    check("changes.csv: the latest comes first", [] if order == sorted(order, reverse=True) else [str(order)])


def missing(site, urls):
    """Whatever the site's address is: the paths that end as a file of it does."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    return [url for url in urls if not any(urlsplit(url).path.endswith(f"/{name}") for name in files)]


def branches(branch):
    yield branch
    for inner in branch.get("branches", []):
        yield from branches(inner)


def products(document):
    for branch in branches(document.get("product_tree", {})):
        if "product" in branch:
            yield branch


def purls(name, found):
    odd = []
    for purl in found:
        try:
            read = PackageURL.from_string(purl)
        except ValueError as why:
            odd.append(f"{purl}: {why}")
            continue
        if read.type != "npm" or PackageURL.from_string(read.to_string()) != read:
            odd.append(f"{purl}: read as {read.to_string()}")
    check(f"{name}: its package URLs", odd)


def versions(name, document, record):
    """The ranges of the document, as univers reads them, against those of the OSV record at each bound and beside it."""
    odd = []
    # packageurl-python has names of npm in small letters, which the specification has as they are.
    affected = {affected["package"]["name"].lower(): [] for affected in of_npm(record)}
    status = [set(v.get("product_status", {}).get("known_affected", [])) for v in document.get("vulnerabilities", [])]
    for branch in products(document):
        product, purl = branch["product"], PackageURL.from_string(branch["product"]["product_identification_helper"]["purl"])
        text = branch["name"] if branch["category"] == "product_version_range" else f"vers:npm/{purl.version}"
        if purl.qualifiers.get("vers", text) != text:
            odd.append(f"{branch['name']}: its package URL says {purl.qualifiers['vers']}")
        if any(product["product_id"] in known for known in status):
            package = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
            affected.setdefault(package, []).append(VersionRange.from_string(text))
    check(f"{name}: the versions of its OSV record", [*odd, *other_versions(affected, record)])


def other_versions(affected, record):
    """Where ranges, by package, hold a version that the OSV record does not, or the other way round."""
    for package, ranges in affected.items():
        elements = [affected for affected in of_npm(record) if affected["package"]["name"].lower() == package]
        stretches = [stretch for affected in elements for stretch in osv(affected)]
        bounds = [bound for stretch in stretches for bound in stretch[:2] if bound]
        for version in sorted({near for bound in bounds for near in beside(bound)}):
            said = any(version in known for known in ranges)
            if said != any(holds(stretch, version) for stretch in stretches):
                yield f"{package} {version}: {'' if said else 'not '}affected, which the OSV record does not say"


def of_npm(record):
    return [affected for affected in record.get("affected", []) if affected.get("package", {}).get("ecosystem") == "npm"]


def osv(affected):
    """Each stretch of an element: first version, end, whether the end is affected."""
    for known in affected.get("ranges", []):
        first = None
        for event in known["events"]:
            (kind, version), = event.items()
            if kind == "introduced":
                first = SemverVersion("0.0.0-0" if version == "0" else version)
            else:
                yield first, SemverVersion(version), kind == "last_affected"
                first = None
        if first is not None:
            yield first, None, False
    if not affected.get("ranges"):
        yield from ((SemverVersion(one), SemverVersion(one), True) for one in affected.get("versions", []))


def holds(stretch, version):
    first, end, affected = stretch
    return version >= first and (end is None or version < end or affected and version == end)


def beside(bound):
    """A version, its first pre-release and the patch after it."""
    text = str(bound).split("+")[0].split("-")[0]
    major, minor, patch = (int(number) for number in text.split("."))
    return [bound, SemverVersion(f"{text}-0"), SemverVersion(text), SemverVersion(f"{major}.{minor}.{patch + 1}")]


def csaf(site):
    documents = csaf_documents(site)
    provider(site, documents)
    for name, document in documents.items():
        purls(f"csaf/{name}", [b["product"]["product_identification_helper"]["purl"] for b in products(document)])
        record = json.loads((site / "osv" / f"{document['document']['tracking']['id']}.json").read_text())
        if record.get("withdrawn"):
            gone = document["document"]["title"].startswith("Withdrawn: ") and "vulnerabilities" not in document
            check(f"csaf/{name}: says that it was withdrawn, and nothing of products", [] if gone else ["it does not"])
        else:
            versions(f"csaf/{name}", document, record)


def vex(site):
    judge = validator("openvex/openvex_json_schema.json")
    documents = sorted(site.glob("vex/*.json"))
    check("there are OpenVEX documents", [] if documents else ["none"])
    for path in documents:
        document = json.loads(path.read_text())
        check(f"vex/{path.name}: valid OpenVEX 0.2.0", problems(judge, document))
        purls(f"vex/{path.name}", [c["@id"] for s in document["statements"] for c in s["products"]])
        record = json.loads((site / "osv" / path.name).read_text())
        said = {statement["status"] for statement in document["statements"]}
        odd = said != {"not_affected"} if record.get("withdrawn") else "affected" not in said
        check(f"vex/{path.name}: affected, unless it was withdrawn", [str(said)] if odd else [])


def cve(site):
    whole = schema("cve-schema/CVE_Record_Format_bundled.json")
    forms = {
        form: Draft7Validator(whole | {"oneOf": [{"$ref": f"#/definitions/{form}"}]}, format_checker=FormatChecker())
        for form in ("cnaPublishedContainer", "cnaRejectedContainer")
    }
    records = sorted(site.glob("cve/*.json"))
    check("there are CVE records", [] if records else ["none"])
    for path in records:
        container = json.loads(path.read_text())["cnaContainer"] | SERVICES
        form = "cnaRejectedContainer" if "rejectedReasons" in container else "cnaPublishedContainer"
        check(f"cve/{path.name}: valid, as {form}", problems(forms[form], container))
        purls(f"cve/{path.name}", [affected["packageURL"] for affected in container.get("affected", [])])


def github(site):
    """What makes an advisory of a GitHub repository: its ranges as univers reads GitHub's. There is no schema of it to be had offline."""
    for path in sorted(site.glob("github/*.json")):
        body, record = json.loads(path.read_text()), json.loads((site / "osv" / path.name).read_text())
        odd = set(body) - GITHUB | {key for key in ("summary", "description") if not body.get(key)}
        check(f"github/{path.name}: fields that GitHub takes", sorted(odd))
        if record.get("withdrawn"):
            check(f"github/{path.name}: says that it was withdrawn", [] if body["summary"].startswith("Withdrawn: ") else [body["summary"]])
            continue
        affected = {one["package"]["name"].lower(): [] for one in of_npm(record)}
        for one in body["vulnerabilities"]:
            known = build_range_from_github_advisory_constraint("npm", one["vulnerable_version_range"])
            affected.setdefault(one["package"]["name"].lower(), []).append(known)
        check(f"github/{path.name}: the versions of its OSV record", other_versions(affected, record))


def main():
    site = Path(sys.argv[1])
    csaf(site)
    vex(site)
    cve(site)
    github(site)
    return end()


if __name__ == "__main__":
    sys.exit(main())
