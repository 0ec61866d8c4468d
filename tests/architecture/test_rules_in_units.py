"""Tests of code forms that the rules must permit inside of units."""

import pytest

from shop.architecture.contracts import CHECKOUT
from shop.architecture.rule_registry import RULES_BY_NAME
from shop.architecture.source.source import Sources, read

HEAD = (
    "from dataclasses import dataclass\nfrom shop.core.jobs.job import Job\n"
    "from shop.core.database.transaction import transactional\n"
    "from shop.services.stock import StockService\n@dataclass(frozen=True)\n"
)
UNIT = "shop/services/planted"
OFFERED = "from shop.services.planted.rules import Rule\n__all__ = ['Rule']\n"
FACE = "from shop.services.planted.rules import Rules\nclass PlantedService(Rules):\n    pass\n"
PART = "class Rules:\n    def get(self):\n        return self._find()\n"
IN_UNITS = [
    ("closed_world", {f"{UNIT}/__init__.py": "name = 1\n", f"{UNIT}/rules.py": ""}),
    ("private_inside", {f"{UNIT}/__init__.py": FACE, f"{UNIT}/rules.py": PART}),
    (
        "private_inside",
        {f"{UNIT}/rules.py": "from shop.services.planted.tools import name\n", f"{UNIT}/tools.py": "name = 1\n"},
    ),
    (
        "private_inside",
        {f"{UNIT}/__init__.py": "name = 1\n", "shop/jobs/planted.py": "from shop.services.planted import name\n"},
    ),
    (
        "own_names",
        {
            f"{UNIT}/__init__.py": OFFERED,
            f"{UNIT}/rules.py": "class Rule: ...\n",
            "shop/jobs/planted.py": "from shop.services.planted import Rule\n",
        },
    ),
    ("no_reexports", {f"{UNIT}/__init__.py": OFFERED, f"{UNIT}/rules.py": "class Rule: ...\n"}),
    ("naming", {f"{UNIT}/__init__.py": FACE, f"{UNIT}/rules.py": PART}),
    ("method_names", {f"{UNIT}/__init__.py": FACE, f"{UNIT}/rules.py": PART}),
    (
        "one_model",
        {
            "shop/repositories/planted/__init__.py": "from shop.repositories.planted.rows import Rows\n"
            "from shop.models.item import Item\nclass PlantedRepository(Rows):\n    model = Item\n",
            "shop/repositories/planted/rows.py": "from shop.models.item import Item\n",
        },
    ),
    (
        "transactional_writes",
        {
            "shop/jobs/planted/__init__.py": "from shop.jobs.planted.steps import Steps\n"
            "class PlantedJob(Steps):\n    def run(self):\n        self.write()\n",
            "shop/jobs/planted/steps.py": f"{HEAD}class Steps(Job):\n    stock: StockService\n    @transactional\n"
            "    def write(self):\n        self.stock.drain(1, None)\n",
        },
    ),
]


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read(CHECKOUT)


@pytest.mark.parametrize(("rule", "files"), IN_UNITS)
def test_a_unit_may_be_a_folder(sources: Sources, rule: str, files: dict[str, str]) -> None:
    findings = RULES_BY_NAME[rule].check(sources.with_files(files))
    assert [str(finding) for finding in findings if finding.path in files] == []
