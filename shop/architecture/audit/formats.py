"""Output formats of a check: text, JSON, GitLab, SARIF, JUnit, GitHub, baseline."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree as ET

from shop.architecture.audit import baseline
from shop.architecture.audit.check_results import (
    BASELINE_GROUP,
    CONTRACT_GROUP,
    ROW_GROUP,
    RUN_TIME_GROUP,
    CheckReport,
    CheckResult,
)
from shop.architecture.finding import Finding

GROUPS = {
    ROW_GROUP: "Access table",
    CONTRACT_GROUP: "Contracts",
    RUN_TIME_GROUP: "Run time",
    BASELINE_GROUP: "Baseline",
}
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def format_text(report: CheckReport) -> str:
    """Format a line for each result, then the findings."""
    lines: list[str] = []
    for group, title in GROUPS.items():
        results = report.find_group(group)
        lines += [title, *(_format_result(result) for result in results), ""] if results else []
    for finding in report.findings:
        lines += [f"{finding.path}:{finding.line}: {finding.what}", f"    {finding.instead}", ""]
    return "\n".join([*lines, _format_summary(report)])


def format_json(report: CheckReport) -> str:
    """Format all results and findings as JSON."""
    results = [{**asdict(result), "kept": result.passed} for result in report.results]
    findings = [asdict(finding) for finding in report.findings]
    return json.dumps({"kept": report.passed, "verdicts": results, "findings": findings}, indent=2)


def format_gitlab(report: CheckReport) -> str:
    """Format the findings as a GitLab code quality report."""
    issues = [
        {
            "description": f"{finding.what} {finding.instead}",
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": "major",
            "location": {"path": finding.path, "lines": {"begin": finding.line}},
        }
        for finding, fingerprint in _fingerprints(report)
    ]
    return json.dumps(issues, indent=2)


def format_sarif(report: CheckReport) -> str:
    """Format the findings as a SARIF 2.1.0 log."""
    rules = [result for result in report.results if result.group != ROW_GROUP]
    places = {result.id: number for number, result in enumerate(rules)}
    results = [_result(finding, fingerprint, places) for finding, fingerprint in _fingerprints(report)]
    driver = {"name": "shop-arch", "rules": [_rule(result) for result in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def format_junit(report: CheckReport) -> str:
    """Format a JUnit suite per group, with a case per result."""
    root = ET.Element("testsuites", name="architecture")
    for group, title in GROUPS.items():
        if not (results := report.find_group(group)):
            continue
        broken = sum(not result.passed for result in results)
        suite = ET.SubElement(root, "testsuite", name=title, tests=str(len(results)), failures=str(broken), errors="0")
        for result in results:
            case = ET.SubElement(suite, "testcase", classname=f"architecture.{group}", name=result.sentence)
            if not result.passed:
                failure = ET.SubElement(case, "failure", message=_count_findings(len(result.findings)), type=result.id)
                failure.text = "\n".join(map(str, result.findings))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def format_github(report: CheckReport) -> str:
    """Format each finding as a GitHub workflow command."""
    return "\n".join(
        f"::error file={_property(finding.path)},line={finding.line},title={_property(finding.rule)}"
        f"::{_message(f'{finding.what} {finding.instead}')}"
        for finding in report.findings
    )


def format_baseline(report: CheckReport) -> str:
    """Format the findings as a baseline for late adoption.

    Usage: `> arch-baseline.json`.
    """
    return baseline.write(Counter(map(baseline.finding_key, report.findings))).rstrip()


FORMATS: dict[str, Callable[[CheckReport], str]] = {
    "text": format_text,
    "json": format_json,
    "gitlab": format_gitlab,
    "sarif": format_sarif,
    "junit": format_junit,
    "github": format_github,
    "baseline": format_baseline,
}


def _format_result(result: CheckResult) -> str:
    return f"  {'kept  ' if result.passed else 'BROKEN'}  {result.sentence}"


def _format_summary(report: CheckReport) -> str:
    broken = sum(not result.passed for result in report.results)
    return f"{len(report.results) - broken} kept, {broken} broken, {_count_findings(len(report.findings))}."


def _count_findings(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _fingerprints(report: CheckReport) -> Iterator[tuple[Finding, str]]:
    """Yield each finding with a fingerprint that does not depend on lines.

    Equal findings are numbered, so each has its own fingerprint.
    """
    counts: Counter[baseline.FindingKey] = Counter()
    for finding in report.findings:
        key = baseline.finding_key(finding)
        counts[key] += 1
        yield finding, hashlib.sha256("\0".join((*key, str(counts[key]))).encode()).hexdigest()


def _rule(result: CheckResult) -> dict[str, Any]:
    help_text = {"help": {"text": result.guidance}} if result.guidance else {}
    return {"id": result.id, "shortDescription": {"text": f"{result.sentence}."}, **help_text}


def _result(finding: Finding, fingerprint: str, places: dict[str, int]) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": finding.path}, "region": {"startLine": finding.line}}
    index = {"ruleIndex": places[finding.rule]} if finding.rule in places else {}
    return {
        "ruleId": finding.rule,
        **index,
        "level": "error",
        "message": {"text": f"{finding.what} {finding.instead}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"rulePathWhat/v1": fingerprint},
    }


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
