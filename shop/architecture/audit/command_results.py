"""What the commands say, as text and yes or no; the only file of them that needs import-linter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shop.architecture.audit import access_explanation as questions
from shop.architecture.audit import baseline, facts
from shop.architecture.audit import text_tables as pictures
from shop.architecture.audit.check_results import Judgement, pronounce
from shop.architecture.audit.formats import FORMATS
from shop.architecture.audit.linter import CHECKOUT, judge
from shop.architecture.guards.runtime_guards import Wired, check_objects, check_providers
from shop.architecture.report import document
from shop.architecture.report import project_report as own


def check(container: Wired, listed: Path | None = None, *, update: bool = False) -> Judgement:
    """Judge the checkout and a container, less what the baseline lists."""
    file = listed or CHECKOUT / baseline.NAME
    judged, frozen = pronounce(judge(), container), baseline.read(file)
    if update and file.exists():
        frozen = baseline.shrink(judged.findings, frozen)
        file.write_text(baseline.write(frozen), encoding="utf-8")
    return baseline.compare(judged, frozen)


def write(judged: Judgement, form: str) -> str:
    """A judgement in one of the formats."""
    return FORMATS[form](judged)


def matrix() -> str:
    """The access table with what is used of it."""
    return pictures.matrix(facts.read())


def why(importer: str, imported: str) -> tuple[bool, str]:
    """Whether one may use the other, and the reasons; raises UnknownName."""
    answer = questions.why(facts.read(), importer, imported)
    return answer.granted, answer.text


def module(noun: str) -> str:
    """Everything that one noun has; raises UnknownName."""
    return pictures.module(facts.read(), noun)


def routes(container: Any) -> str:
    """Every route and who may call it."""
    return pictures.routes(facts.read(), container.find("Controller"))


def prove(wire: Callable[[], Wired]) -> tuple[bool, str]:
    """Whether every planted violation is noticed, and which are not; `wire` makes a new container for each."""
    # It holds every violation there is, which no other command needs to read.
    from shop.architecture.mutations import mutation_test as plants  # noqa: PLC0415 - see above

    def guard(container: Wired) -> list[str]:
        return [str(finding) for finding in (*check_providers(container), *check_objects(container))]

    proof = plants.prove(CHECKOUT, wire, guard)
    return proof.holds, "\n".join(proof.lines())


def report(output: Path | None = None, against: Path | None = None) -> Path:
    """Write the page for architects and return where; raises ValueError when `against` is no report."""
    file = output or own.KEPT
    document.write(facts.read().as_dict(), file, against)
    return file
