#!/usr/bin/env python3
"""Builds what the template deploys: a zip for each function and one for the policy, the same bytes from the same sources.

    infra/aws/package.py --policy policy.toml                    # arm64, by cargo lambda
    infra/aws/package.py --policy policy.toml --arch x86_64
    infra/aws/package.py --policy policy.toml --native           # by cargo alone, for this machine (tests)
    infra/aws/package.py --policy policy.toml --built DIR        # what lies there, whatever it was built for (tests)

But for the last, which says nothing of what it is made of, each function's zip holds `bootstrap`, `sbom.json` (CycloneDX) and `rustc.txt`, which compiler made it, in that order, with one fixed
date; nothing of the machine that built them. Needs cargo; cargo-lambda and ziglang of requirements.txt unless --native; cargo-cyclonedx 0.5.9.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FUNCTIONS = ["canary", "deliver", "fan-out", "inbox", "intake", "mail-events", "sla-check", "team"]
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}
# The glibc of Amazon Linux 2023, which `provided.al2023` runs on.
GLIBC = "2.34"
# A zip knows no date before it.
DATE = (1980, 1, 1, 0, 0, 0)


def main():
    options = arguments()
    check(options.policy)
    target_dir = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    if options.built:
        binaries, boms = (lambda function: options.built / function), {}
    else:
        binaries = native(target_dir) if options.native else lambda_build(options.arch, target_dir)
        boms = sboms(TARGETS[options.arch])
    compiler = subprocess.run(["rustc", "--version"], cwd=ROOT, check=True, capture_output=True).stdout
    options.out.mkdir(parents=True, exist_ok=True)
    for function in FUNCTIONS:
        parts = [("bootstrap", binaries(function).read_bytes(), 0o755)]
        if boms:
            parts.append(("sbom.json", boms[function], 0o644))
        parts.append(("rustc.txt", compiler, 0o644))
        write(options.out / f"{function}.zip", parts)
    write(options.out / "policy.zip", [("policy.toml", options.policy.read_bytes(), 0o644)])
    for made in sorted(options.out.glob("*.zip")):
        print(f"{hashlib.sha256(made.read_bytes()).hexdigest()}  {made.stat().st_size:>9}  {made.name}")


def arguments():
    parser = argparse.ArgumentParser(description="Builds what the template deploys.")
    parser.add_argument("--policy", type=Path, required=True, help="the project's policy.toml")
    parser.add_argument("--arch", choices=TARGETS, default="arm64")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--native", action="store_true", help="for this machine, by cargo alone")
    how.add_argument("--built", type=Path, help="a folder with binaries that were built already")
    parser.add_argument("--out", type=Path, default=HERE / "build")
    options = parser.parse_args()
    if options.native:
        options.arch = "arm64" if os.uname().machine == "aarch64" else "x86_64"
    return options


def cargo(*arguments, env=None):
    subprocess.run(["cargo", *arguments], cwd=ROOT, check=True, env={**os.environ, **(env or {})}, stdout=sys.stderr)


def packages():
    return [word for function in FUNCTIONS for word in ("-p", function)]


def native(target_dir):
    cargo("build", "--release", "--locked", *packages())
    return lambda function: target_dir / "release" / function


def lambda_build(arch, target_dir):
    target = TARGETS[arch]
    # The profile of Cargo.toml is the measured one. Paths of this machine stay out of the binaries.
    flags = "\x1f".join([f"--remap-path-prefix={ROOT}=/desk", f"--remap-path-prefix={cargo_home()}=/cargo"])
    cargo(
        "lambda", "build", "--release", "--locked", "--disable-optimizations", "--output-format", "binary",
        "--target", f"{target}.{GLIBC}", *packages(), env={"CARGO_ENCODED_RUSTFLAGS": flags},
    )
    return lambda function: target_dir / "lambda" / function / "bootstrap"


def cargo_home():
    return os.environ.get("CARGO_HOME", Path.home() / ".cargo")


def sboms(target):
    """What each function is made of; CycloneDX's own tool, with its date and serial number fixed."""
    name = "desk-sbom"
    command = ["cyclonedx", "--format", "json", "--target", target, "--override-filename", name]
    cargo(*command, env={"SOURCE_DATE_EPOCH": "315532800"})
    found = {}
    for made in ROOT.glob(f"*/*/{name}.json"):
        if made.parent.name in FUNCTIONS and made.parent.parent.name == "functions":
            found[made.parent.name] = made.read_bytes().replace(str(ROOT).encode(), b"/desk")
        made.unlink()
    return found


def check(policy):
    """A policy that the functions would refuse is not packed."""
    desk = os.environ.get("DESK_BIN") or shutil.which("desk")
    command = [desk, "policy", "check", str(policy)] if desk else ["cargo", "run", "-q", "--", "policy", "check", str(policy.resolve())]
    subprocess.run(command, cwd=None if desk else ROOT, check=True, stdout=sys.stderr)


def write(path, parts):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content, mode in parts:
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)


if __name__ == "__main__":
    main()
