"""Report of this checkout."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shop.architecture.report import document

CHECKOUT = Path(__file__).parents[3]
REPORT_FILE = CHECKOUT / "docs" / "architecture" / "report.html"


def build_project_report() -> str | None:
    """Build the report of this checkout, or return None.

    Returns None without import-linter or importlinter.ini, as in a production image.
    """
    if find_spec("importlinter") is None or not (CHECKOUT / "importlinter.ini").is_file():
        return None
    return document.build(_read_facts())


def _read_facts() -> dict[str, Any]:
    from shop.architecture.audit import facts  # noqa: PLC0415 - it needs import-linter, which a running shop does without.

    return facts.read().as_dict()
