"""Runs Checkov on a folder of templates, and compares what fails with `exceptions.yaml`. `run` calls this."""

import fnmatch
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
# What one is wrong with, in a nested deployment, must be found: else the scan sees nothing.
PLANTED = ("Microsoft.KeyVault/vaults", "enablePurgeProtection", "CKV_AZURE_110")


def main() -> int:
    templates = Path(sys.argv[1])
    problems = planted(templates)
    failed, passed = scan(templates)
    exceptions = read_exceptions(problems)
    used = set()
    for check, name, file, resource in failed:
        fits = [at for at, (known, pattern) in enumerate(exceptions) if known == check and matches(resource, pattern)]
        used.update(fits)
        if not fits:
            problems.append(f"{check} fails and is not excepted: {name}\n  {resource} in {file}")
    for at, (check, pattern) in enumerate(exceptions):
        if at not in used:
            problems.append(f"exceptions.yaml: {check} on {pattern} excepts nothing; take it out")
    for problem in problems:
        print(f"checkov: {problem}")
    excepted = f"{len(failed)} failed and {len(exceptions)} exceptions for them"
    print(f"checkov: {passed} checks passed, {excepted}; {len(problems)} problems", flush=True)
    return 1 if problems else 0


def matches(resource: str, pattern: str) -> bool:
    # A bracket stands for itself: names of resources may be expressions.
    return fnmatch.fnmatchcase(resource, pattern.replace("[", "[[]"))


def scan(templates: Path) -> tuple[list[tuple[str, str, str, str]], int]:
    """What failed, as check, its name, file and resource; and how many checks passed."""
    command = [str(Path(sys.executable).parent / "checkov"), "--directory", str(templates), "--framework", "arm"]
    command += ["--skip-download", "--soft-fail", "--output", "json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        report = json.loads(done.stdout)
        summary, results = report["summary"], report["results"]
    except (ValueError, KeyError, TypeError):
        raise SystemExit(f"checkov: it gave no report, and ended with {done.returncode}\n{done.stderr[-4000:]}")
    if summary["parsing_errors"] or not summary["resource_count"]:
        raise SystemExit(f"checkov: not all templates were read: {summary}")
    found = {(f["check_id"], f["check_name"], f["file_path"], f["resource"]) for f in results["failed_checks"]}
    return sorted(found), summary["passed"]


def read_exceptions(problems: list[str]) -> list[tuple[str, str]]:
    exceptions = []
    for entry in yaml.safe_load((HERE / "exceptions.yaml").read_text(encoding="utf-8")) or []:
        if set(entry) != {"check", "resource", "reason"} or not all(str(value).strip() for value in entry.values()):
            problems.append(f"exceptions.yaml: an entry has a check, a resource and a reason, and no more: {entry}")
            continue
        exceptions.append((entry["check"], entry["resource"]))
    return exceptions


def planted(templates: Path) -> list[str]:
    """Spoils one template, and says so if the scan does not find it."""
    kind, key, check = PLANTED
    for path in sorted(templates.glob("*.json")):
        template = json.loads(path.read_text(encoding="utf-8"))
        nested = [r["properties"]["template"]["resources"] for r in template["resources"] if "template" in r.get("properties", {})]
        vaults = [r for resources in nested for r in resources if r["type"] == kind]
        if not vaults:
            continue
        vaults[0]["properties"][key] = False
        with tempfile.TemporaryDirectory(prefix="atp-checkov-planted-") as folder:
            (Path(folder) / path.name).write_text(json.dumps(template), encoding="utf-8")
            failed, _ = scan(Path(folder))
        if any(found == check for found, *_ in failed):
            return []
        return [f"{check} did not fail on a {kind} with {key}: false in {path.name}; the scan does not see it"]
    return [f"no template has a {kind} to try the scan with"]


if __name__ == "__main__":
    sys.exit(main())
