"""Each format is what its readers take, and names the same findings."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from shop.architecture.audit.check_results import CheckReport
from shop.architecture.audit.formats import FORMATS
from shop.architecture.commands import FORMATS as OFFERED
from tests.architecture.sample_projects import finding, judge_project

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
# What SARIF 2.1.0 asks of the parts that are written here, in the words of its schema.
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
BROKEN = judge_project(finding(), finding(9))
KEPT = judge_project()


def valid(schema: dict[str, Any], form: str, judgement: CheckReport) -> Any:
    data = json.loads(FORMATS[form](judgement))
    Draft202012Validator(schema).validate(data)
    return data


def test_the_command_offers_every_format() -> None:
    assert set(OFFERED) == set(FORMATS)


def test_gitlab_reads_its_code_quality_report() -> None:
    first, second = valid(GITLAB, "gitlab", BROKEN)
    assert first["location"] == {"path": "shop/services/pear.py", "lines": {"begin": 3}}
    assert first["fingerprint"] != second["fingerprint"]
    assert valid(GITLAB, "gitlab", KEPT) == []


def test_a_fingerprint_stays_when_the_code_moves() -> None:
    def prints(*lines: int) -> list[str]:
        return [issue["fingerprint"] for issue in valid(GITLAB, "gitlab", judge_project(*map(finding, lines)))]

    assert prints(3, 9) == prints(4, 90)
    assert prints(3) == prints(3, 9)[:1]


def test_sarif_is_what_its_schema_asks() -> None:
    (run,) = valid(SARIF, "sarif", BROKEN)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(rules[result["ruleIndex"]], result["ruleId"]) for result in run["results"]] == [
        ("services", "services")
    ] * 2
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert valid(SARIF, "sarif", KEPT)["runs"][0]["results"] == []


def test_junit_has_a_case_for_each_verdict() -> None:
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


def test_github_takes_one_line_for_each_finding() -> None:
    lines = FORMATS["github"](BROKEN).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=shop/services/pear.py,line=3,title=services::A service uses a service: ")
    assert "100%25 wrong,%0Areally." in lines[0]
    assert all(re.fullmatch(r"::error file=[^,:]+,line=\d+,title=[^,:]+::.+", line) for line in lines)
    assert FORMATS["github"](KEPT) == ""


def test_people_read_a_verdict_for_each_row_and_where_it_breaks() -> None:
    said = FORMATS["text"](BROKEN)
    assert "  BROKEN  Service may use Repository, Combination, independents\n" in said
    assert "  kept    Job may use ServiceManager, Service, CombinationManager, independents\n" in said
    assert "  BROKEN  Services answer Jobs\n" in said
    assert "shop/services/pear.py:3: A service uses a service" in said
    assert "    Use a ServiceManager." in said
    assert said.endswith("16 kept, 2 broken, 2 findings.")
    assert FORMATS["text"](KEPT).endswith("18 kept, 0 broken, 0 findings.")


@pytest.mark.parametrize("judgement", [BROKEN, KEPT], ids=["broken", "kept"])
def test_json_says_everything(judgement: CheckReport) -> None:
    data = json.loads(FORMATS["json"](judgement))
    assert data["kept"] is judgement.passed
    assert len(data["verdicts"]) == 18
    assert len(data["findings"]) == len(judgement.findings)
