"""Results of the commands; the only module that imports import-linter for them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shop.architecture.audit import access_explanation, baseline, facts, text_tables
from shop.architecture.audit.check_results import CheckReport, build_report
from shop.architecture.audit.formats import FORMATS
from shop.architecture.audit.linter import CHECKOUT, check_contracts
from shop.architecture.guards.runtime_guards import ContainerLike, check_objects, check_providers
from shop.architecture.report import document, project_report


def check(container: ContainerLike, baseline_file: Path | None = None, *, update: bool = False) -> CheckReport:
    """Check the checkout and a container against the baseline."""
    file = baseline_file or CHECKOUT / baseline.NAME
    check_report, listed = build_report(check_contracts(), container), baseline.read(file)
    if update and file.exists():
        listed = baseline.shrink(check_report.findings, listed)
        file.write_text(baseline.write(listed), encoding="utf-8")
    return baseline.compare(check_report, listed)


def write(check_report: CheckReport, form: str) -> str:
    """Format a report."""
    return FORMATS[form](check_report)


def matrix() -> str:
    """Format the access table with its import counts."""
    return text_tables.format_matrix(facts.read())


def why(importer: str, imported: str) -> tuple[bool, str]:
    """Return permission and explanation of one use; raises UnknownName."""
    answer = access_explanation.explain_access(facts.read(), importer, imported)
    return answer.granted, answer.text


def module(noun: str) -> str:
    """Format the slice of one noun; raises UnknownName."""
    return text_tables.format_module(facts.read(), noun)


def routes(container: Any) -> str:
    """Format every route with its access rule."""
    return text_tables.format_routes(facts.read(), container.find("Controller"))


def prove(make_container: Callable[[], ContainerLike]) -> tuple[bool, str]:
    """Run all planted violations; `make_container` builds a container for each.

    Returns True when every result is as expected, and the lines to print.
    """
    # It reads all planted violations, which no other command needs.
    from shop.architecture.mutations import mutation_test  # noqa: PLC0415 - see above

    def guard(container: ContainerLike) -> list[str]:
        return [str(finding) for finding in (*check_providers(container), *check_objects(container))]

    result = mutation_test.run_mutation_test(CHECKOUT, make_container, guard)
    return result.passed, "\n".join(result.format_lines())


def report(output: Path | None = None, against: Path | None = None) -> Path:
    """Write the HTML report and return its path.

    Raises ValueError when `against` is no report.
    """
    file = output or project_report.REPORT_FILE
    document.write(facts.read().as_dict(), file, against)
    return file
