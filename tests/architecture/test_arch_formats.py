"""Tests of the output formats of a check."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from shop.architecture.audit.check_results import CheckReport
from shop.architecture.audit.formats import FORMATS
from shop.architecture.commands import FORMATS as OFFERED
from tests.architecture.samples.projects import check_project, finding

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
# The part of the SARIF 2.1.0 schema that the output uses.
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "additionalProperties": False,
    "$defs": {
        "run": {
            "required": ["tool"],
            "additionalProperties": False,
            "properties": {
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "tool": {"required": ["driver"], "properties": {"driver": {"$ref": "#/$defs/driver"}}},
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            },
        },
        "driver": {
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "rules": {
                    "type": "array",
                    "uniqueItems": True,
                    "items": {"required": ["id"], "properties": {"shortDescription": TEXT, "help": TEXT}},
                },
            },
        },
        "result": {
            "required": ["message"],
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": -1},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": TEXT,
                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
        "location": {
            "properties": {
                "physicalLocation": {
                    "required": ["artifactLocation"],
                    "properties": {
                        "artifactLocation": {"properties": {"uri": {"type": "string", "pattern": "^[^/]"}}},
                        "region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}},
                    },
                }
            }
        },
    },
}
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./|/)"},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer"}}},
                },
            },
        },
    },
}
BROKEN = check_project(finding(), finding(9))
KEPT = check_project()


def valid(schema: dict[str, Any], form: str, report: CheckReport) -> Any:
    data = json.loads(FORMATS[form](report))
    Draft202012Validator(schema).validate(data)
    return data


def test_the_command_offers_every_format() -> None:
    assert set(OFFERED) == set(FORMATS)


def test_gitlab_output_matches_the_code_quality_schema() -> None:
    first, second = valid(GITLAB, "gitlab", BROKEN)
    assert first["location"] == {"path": "shop/services/pear.py", "lines": {"begin": 3}}
    assert first["fingerprint"] != second["fingerprint"]
    assert valid(GITLAB, "gitlab", KEPT) == []


def test_a_fingerprint_stays_when_the_code_moves() -> None:
    def prints(*lines: int) -> list[str]:
        return [issue["fingerprint"] for issue in valid(GITLAB, "gitlab", check_project(*map(finding, lines)))]

    assert prints(3, 9) == prints(4, 90)
    assert prints(3) == prints(3, 9)[:1]


def test_sarif_output_matches_its_schema() -> None:
    (run,) = valid(SARIF, "sarif", BROKEN)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(rules[result["ruleIndex"]], result["ruleId"]) for result in run["results"]] == [
        ("services", "services")
    ] * 2
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert valid(SARIF, "sarif", KEPT)["runs"][0]["results"] == []


def test_junit_has_a_case_for_each_result() -> None:
    root = ET.fromstring(FORMATS["junit"](BROKEN))
    assert root.tag == "testsuites"
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["Access table", "Contracts"]
    assert suites["Access table"].get("tests") == "16"
    for suite in suites.values():
        assert int(suite.get("tests", 0)) == len(suite.findall("testcase"))
        assert int(suite.get("failures", 0)) == len(suite.findall("testcase/failure")) == 1
    failure = suites["Contracts"].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "2 findings"
    assert "shop/services/pear.py:3" in (failure.text or "")


def test_github_output_has_one_line_for_each_finding() -> None:
    lines = FORMATS["github"](BROKEN).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=shop/services/pear.py,line=3,title=services::A service uses a service: ")
    assert "100%25 wrong,%0Areally." in lines[0]
    assert all(re.fullmatch(r"::error file=[^,:]+,line=\d+,title=[^,:]+::.+", line) for line in lines)
    assert FORMATS["github"](KEPT) == ""


def test_text_output_shows_each_result_and_its_findings() -> None:
    text = FORMATS["text"](BROKEN)
    assert "  BROKEN  Service may use Repository, Combination, independents\n" in text
    assert "  kept    Job may use ServiceManager, Service, CombinationManager, independents\n" in text
    assert "  BROKEN  Services answer Jobs\n" in text
    assert "shop/services/pear.py:3: A service uses a service" in text
    assert "    Use a ServiceManager." in text
    assert text.endswith("16 kept, 2 broken, 2 findings.")
    assert FORMATS["text"](KEPT).endswith("18 kept, 0 broken, 0 findings.")


@pytest.mark.parametrize("report", [BROKEN, KEPT], ids=["broken", "kept"])
def test_json_output_is_complete(report: CheckReport) -> None:
    data = json.loads(FORMATS["json"](report))
    assert data["kept"] is report.passed
    assert len(data["verdicts"]) == 18
    assert len(data["findings"]) == len(report.findings)
