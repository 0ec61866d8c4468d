"""What the commands say, as text and yes or no; the only file of them that needs import-linter."""

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
    """Judge the checkout and a container, less what the baseline lists."""
    file = baseline_file or CHECKOUT / baseline.NAME
    judged, frozen = build_report(judge(), container), baseline.read(file)
    if update and file.exists():
        frozen = baseline.shrink(judged.findings, frozen)
        file.write_text(baseline.write(frozen), encoding="utf-8")
    return baseline.compare(judged, frozen)


def write(judgement: CheckReport, form: str) -> str:
    """A judgement in one of the formats."""
    return FORMATS[form](judgement)


def matrix() -> str:
    """The access table with what is used of it."""
    return pictures.format_matrix(facts.read())


def why(importer: str, imported: str) -> tuple[bool, str]:
    """Whether one may use the other, and the reasons; raises UnknownName."""
    answer = questions.explain_access(facts.read(), importer, imported)
    return answer.granted, answer.text


def module(noun: str) -> str:
    """Everything that one noun has; raises UnknownName."""
    return pictures.format_module(facts.read(), noun)


def routes(container: Any) -> str:
    """Every route and who may call it."""
    return pictures.format_routes(facts.read(), container.find("Controller"))


def prove(make_container: Callable[[], ContainerLike]) -> tuple[bool, str]:
    """Whether every planted violation is noticed, and which are not; `wire` makes a new container for each."""
    # It holds every violation there is, which no other command needs to read.
    from shop.architecture.mutations import mutation_test as plants  # noqa: PLC0415 - see above

    def guard(container: ContainerLike) -> list[str]:
        return [str(finding) for finding in (*check_providers(container), *check_objects(container))]

    proof = plants.run_mutation_test(CHECKOUT, make_container, guard)
    return proof.passed, "\n".join(proof.format_lines())


def report(output: Path | None = None, against: Path | None = None) -> Path:
    """Write the page for architects and return where; raises ValueError when `against` is no report."""
    file = output or own.REPORT_FILE
    document.write(facts.read().as_dict(), file, against)
    return file
