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


def format_text(judgement: CheckReport) -> str:
    """Format a line for each result, then the findings."""
    lines: list[str] = []
    for group, title in GROUPS.items():
        verdicts = judgement.find_group(group)
        lines += [title, *(_format_result(verdict) for verdict in verdicts), ""] if verdicts else []
    for finding in judgement.findings:
        lines += [f"{finding.path}:{finding.line}: {finding.what}", f"    {finding.instead}", ""]
    return "\n".join([*lines, _format_summary(judgement)])


def format_json(judgement: CheckReport) -> str:
    """Format all results and findings as JSON."""
    verdicts = [{**asdict(verdict), "kept": verdict.passed} for verdict in judgement.results]
    findings = [asdict(finding) for finding in judgement.findings]
    return json.dumps({"kept": judgement.passed, "verdicts": verdicts, "findings": findings}, indent=2)


def format_gitlab(judgement: CheckReport) -> str:
    """Format the findings as a GitLab code quality report."""
    issues = [
        {
            "description": f"{finding.what} {finding.instead}",
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": "major",
            "location": {"path": finding.path, "lines": {"begin": finding.line}},
        }
        for finding, fingerprint in _fingerprints(judgement)
    ]
    return json.dumps(issues, indent=2)


def format_sarif(judgement: CheckReport) -> str:
    """Format the findings as a SARIF 2.1.0 log."""
    rules = [verdict for verdict in judgement.results if verdict.group != ROW_GROUP]
    places = {verdict.id: number for number, verdict in enumerate(rules)}
    results = [_result(finding, fingerprint, places) for finding, fingerprint in _fingerprints(judgement)]
    driver = {"name": "shop-arch", "rules": [_rule(verdict) for verdict in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def format_junit(judgement: CheckReport) -> str:
    """Format a JUnit suite per group, with a case per result."""
    root = ET.Element("testsuites", name="architecture")
    for group, title in GROUPS.items():
        if not (verdicts := judgement.find_group(group)):
            continue
        broken = sum(not verdict.passed for verdict in verdicts)
        suite = ET.SubElement(root, "testsuite", name=title, tests=str(len(verdicts)), failures=str(broken), errors="0")
        for verdict in verdicts:
            case = ET.SubElement(suite, "testcase", classname=f"architecture.{group}", name=verdict.sentence)
            if not verdict.passed:
                failure = ET.SubElement(
                    case, "failure", message=_count_findings(len(verdict.findings)), type=verdict.id
                )
                failure.text = "\n".join(map(str, verdict.findings))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def format_github(judgement: CheckReport) -> str:
    """Format each finding as a GitHub workflow command."""
    return "\n".join(
        f"::error file={_property(finding.path)},line={finding.line},title={_property(finding.rule)}"
        f"::{_message(f'{finding.what} {finding.instead}')}"
        for finding in judgement.findings
    )


def format_baseline(judgement: CheckReport) -> str:
    """Format the findings as a baseline for late adoption.

    Usage: `> arch-baseline.json`.
    """
    return baseline.write(Counter(map(baseline.finding_key, judgement.findings))).rstrip()


FORMATS: dict[str, Callable[[CheckReport], str]] = {
    "text": format_text,
    "json": format_json,
    "gitlab": format_gitlab,
    "sarif": format_sarif,
    "junit": format_junit,
    "github": format_github,
    "baseline": format_baseline,
}


def _format_result(verdict: CheckResult) -> str:
    return f"  {'kept  ' if verdict.passed else 'BROKEN'}  {verdict.sentence}"


def _format_summary(judgement: CheckReport) -> str:
    broken = sum(not verdict.passed for verdict in judgement.results)
    return f"{len(judgement.results) - broken} kept, {broken} broken, {_count_findings(len(judgement.findings))}."


def _count_findings(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _fingerprints(judgement: CheckReport) -> Iterator[tuple[Finding, str]]:
    """Yield each finding with a fingerprint that does not depend on lines.

    Equal findings are numbered, so each has its own fingerprint.
    """
    met: Counter[baseline.FindingKey] = Counter()
    for finding in judgement.findings:
        known = baseline.finding_key(finding)
        met[known] += 1
        yield finding, hashlib.sha256("\0".join((*known, str(met[known]))).encode()).hexdigest()


def _rule(verdict: CheckResult) -> dict[str, Any]:
    help_text = {"help": {"text": verdict.guidance}} if verdict.guidance else {}
    return {"id": verdict.id, "shortDescription": {"text": f"{verdict.sentence}."}, **help_text}


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


def _message(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _message(words).replace(":", "%3A").replace(",", "%2C")
