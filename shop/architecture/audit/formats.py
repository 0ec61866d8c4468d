"""A judgement in the words of whoever reads it: people, GitLab, SARIF readers, JUnit readers, GitHub."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree as ET

from shop.architecture.audit import baseline
from shop.architecture.audit.check_results import BASELINE, CONTRACT, ROW, RUN_TIME, Judgement, Verdict
from shop.architecture.finding import Finding

GROUPS = {ROW: "Access table", CONTRACT: "Contracts", RUN_TIME: "Run time", BASELINE: "Baseline"}
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def text(judgement: Judgement) -> str:
    """A line for each verdict, then the findings."""
    lines: list[str] = []
    for group, title in GROUPS.items():
        verdicts = judgement.of(group)
        lines += [title, *(_line(verdict) for verdict in verdicts), ""] if verdicts else []
    for finding in judgement.findings:
        lines += [f"{finding.path}:{finding.line}: {finding.what}", f"    {finding.instead}", ""]
    return "\n".join([*lines, _summary(judgement)])


def as_json(judgement: Judgement) -> str:
    """Everything, as data."""
    verdicts = [{**asdict(verdict), "kept": verdict.kept} for verdict in judgement.verdicts]
    findings = [asdict(finding) for finding in judgement.findings]
    return json.dumps({"kept": judgement.kept, "verdicts": verdicts, "findings": findings}, indent=2)


def gitlab(judgement: Judgement) -> str:
    """A GitLab code quality report."""
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


def sarif(judgement: Judgement) -> str:
    """A SARIF 2.1.0 log."""
    rules = [verdict for verdict in judgement.verdicts if verdict.group != ROW]
    places = {verdict.id: number for number, verdict in enumerate(rules)}
    results = [_result(finding, fingerprint, places) for finding, fingerprint in _fingerprints(judgement)]
    driver = {"name": "shop-arch", "rules": [_rule(verdict) for verdict in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def junit(judgement: Judgement) -> str:
    """A JUnit report: a suite for each group, a case for each verdict."""
    root = ET.Element("testsuites", name="architecture")
    for group, title in GROUPS.items():
        if not (verdicts := judgement.of(group)):
            continue
        broken = sum(not verdict.kept for verdict in verdicts)
        suite = ET.SubElement(root, "testsuite", name=title, tests=str(len(verdicts)), failures=str(broken), errors="0")
        for verdict in verdicts:
            case = ET.SubElement(suite, "testcase", classname=f"architecture.{group}", name=verdict.sentence)
            if not verdict.kept:
                failure = ET.SubElement(case, "failure", message=_count(len(verdict.findings)), type=verdict.id)
                failure.text = "\n".join(map(str, verdict.findings))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def github(judgement: Judgement) -> str:
    """A workflow command for each finding."""
    return "\n".join(
        f"::error file={_property(finding.path)},line={finding.line},title={_property(finding.rule)}"
        f"::{_message(f'{finding.what} {finding.instead}')}"
        for finding in judgement.findings
    )


def as_baseline(judgement: Judgement) -> str:
    """The list for a project that adopts the rules late: `> arch-baseline.json`."""
    return baseline.write(Counter(map(baseline.known, judgement.findings))).rstrip()


FORMATS: dict[str, Callable[[Judgement], str]] = {
    "text": text,
    "json": as_json,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
    "github": github,
    "baseline": as_baseline,
}


def _line(verdict: Verdict) -> str:
    return f"  {'kept  ' if verdict.kept else 'BROKEN'}  {verdict.sentence}"


def _summary(judgement: Judgement) -> str:
    broken = sum(not verdict.kept for verdict in judgement.verdicts)
    return f"{len(judgement.verdicts) - broken} kept, {broken} broken, {_count(len(judgement.findings))}."


def _count(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _fingerprints(judgement: Judgement) -> Iterator[tuple[Finding, str]]:
    """Each finding with a name that stays when the code around it moves; the second of two equal ones has its own."""
    met: Counter[baseline.Known] = Counter()
    for finding in judgement.findings:
        known = baseline.known(finding)
        met[known] += 1
        yield finding, hashlib.sha256("\0".join((*known, str(met[known]))).encode()).hexdigest()


def _rule(verdict: Verdict) -> dict[str, Any]:
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
