"""Baseline of findings that existed when the rules were adopted.

The list only shrinks: a new finding fails, and so does a fixed one that is still listed. Findings are identified by
rule, path and text, with a count and without lines, so that code may move.
"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from shop.architecture.audit.check_results import BASELINE_GROUP, CheckReport, CheckResult
from shop.architecture.finding import Finding

NAME = "arch-baseline.json"
RULE = "baseline"

FindingKey = tuple[str, str, str]


def read(file: Path) -> Counter[FindingKey]:
    """Read the listed findings; a missing file is an empty list.

    Raises ValueError for a file of another form.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    # A shell redirection into the list empties it before it is read.
    try:
        entries = json.loads(text) if text.strip() else []
        return Counter({(entry["rule"], entry["path"], entry["what"]): int(entry["count"]) for entry in entries})
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{file} is no list of known findings: {error!r}.") from error


def compare(report: CheckReport, listed: Counter[FindingKey]) -> CheckReport:
    """Remove listed findings from a report and check the list itself."""
    if not listed:
        return report
    left, new = Counter(listed), []
    for finding in report.findings:
        if left[finding_key(finding)] > 0:
            left[finding_key(finding)] -= 1
        else:
            new.append(finding)
    fixed = tuple(_report_fixed(entry, count) for entry, count in sorted((+left).items()))
    return report.with_findings(new).with_result(CheckResult(BASELINE_GROUP, RULE, "The baseline only shrinks", fixed))


def shrink(findings: Iterable[Finding], listed: Counter[FindingKey]) -> Counter[FindingKey]:
    """Keep the listed findings that still exist."""
    return listed & Counter(map(finding_key, findings))


def write(listed: Counter[FindingKey]) -> str:
    """Serialize the list as JSON."""
    entries = [
        {"rule": rule, "path": path, "what": what, "count": count}
        for (rule, path, what), count in sorted(listed.items())
    ]
    return json.dumps(entries, indent=2) + "\n"


def finding_key(finding: Finding) -> FindingKey:
    """Return the identity of a finding: rule, path and text."""
    return finding.rule, finding.path, finding.what


def _report_fixed(entry: FindingKey, count: int) -> Finding:
    rule, path, what = entry
    often = f" ({count} times)" if count > 1 else ""
    text = f"Fixed, but still listed{often}: {path}: {rule}: {what}"
    return Finding(NAME, 1, RULE, text, "Remove it from the list: flask shop arch check --update-baseline.")
