"""Results of the commands; the only module that imports import-linter for them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shop.architecture.audit import access_explanation as questions
from shop.architecture.audit import baseline, facts
from shop.architecture.audit import text_tables as pictures
from shop.architecture.audit.check_results import CheckReport, build_report
from shop.architecture.audit.formats import FORMATS
from shop.architecture.audit.linter import CHECKOUT, judge
from shop.architecture.guards.runtime_guards import ContainerLike, check_objects, check_providers
from shop.architecture.report import document
from shop.architecture.report import project_report as own


def check(container: ContainerLike, baseline_file: Path | None = None, *, update: bool = False) -> CheckReport:
    """Check the checkout and a container against the baseline."""
    file = baseline_file or CHECKOUT / baseline.NAME
    judged, frozen = build_report(judge(), container), baseline.read(file)
    if update and file.exists():
        frozen = baseline.shrink(judged.findings, frozen)
        file.write_text(baseline.write(frozen), encoding="utf-8")
    return baseline.compare(judged, frozen)


def write(judgement: CheckReport, form: str) -> str:
    """Format a report."""
    return FORMATS[form](judgement)


def matrix() -> str:
    """Format the access table with its import counts."""
    return pictures.format_matrix(facts.read())


def why(importer: str, imported: str) -> tuple[bool, str]:
    """Return permission and explanation of one use; raises UnknownName."""
    answer = questions.explain_access(facts.read(), importer, imported)
    return answer.granted, answer.text


def module(noun: str) -> str:
    """Format the slice of one noun; raises UnknownName."""
    return pictures.format_module(facts.read(), noun)


def routes(container: Any) -> str:
    """Format every route with its access rule."""
    return pictures.format_routes(facts.read(), container.find("Controller"))


def prove(make_container: Callable[[], ContainerLike]) -> tuple[bool, str]:
    """Run all planted violations; `make_container` builds a container for each.

    Returns True when every result is as expected, and the lines to print.
    """
    # It holds every violation there is, which no other command needs to read.
    from shop.architecture.mutations import mutation_test as plants  # noqa: PLC0415 - see above

    def guard(container: ContainerLike) -> list[str]:
        return [str(finding) for finding in (*check_providers(container), *check_objects(container))]

    proof = plants.run_mutation_test(CHECKOUT, make_container, guard)
    return proof.passed, "\n".join(proof.format_lines())


def report(output: Path | None = None, against: Path | None = None) -> Path:
    """Write the HTML report and return its path.

    Raises ValueError when `against` is no report.
    """
    file = output or own.REPORT_FILE
    document.write(facts.read().as_dict(), file, against)
    return file
