"""Small sample projects, read like the real one."""

from collections.abc import Mapping
from pathlib import Path

from grimp import ImportGraph

from shop.architecture.audit.check_results import CheckReport, build_report
from shop.architecture.audit.facts import Facts, describe
from shop.architecture.audit.linter import ContractFact
from shop.architecture.finding import Finding
from shop.architecture.source.source import read

FILES = {
    "shop/__init__.py": "",
    "shop/app.py": 'API_PREFIX = "/api/v9"\n',
    "shop/controllers/__init__.py": "",
    "shop/controllers/pear.py": (
        '"""Pears over HTTP."""\n'
        "from dataclasses import dataclass\n"
        "from shop.services.pear import PearService\n"
        'blueprint = Blueprint("pears", __name__, url_prefix="/pears")\n'
        '@blueprint.route("/<id:pear_id>")\n'
        "@dataclass\n"
        "class PearController:\n"
        '    """One pear."""\n'
        "    pears: PearService\n"
        "    def get(self, pear_id):\n"
        '        """Read a pear.\n\n        Or not."""\n'
        "    def helper(self): ...\n"
    ),
    "shop/services/__init__.py": "",
    "shop/services/pear.py": (
        "from dataclasses import dataclass\n"
        "from shop.repositories.pear import PearRepository as Pears\n"
        "from shop.services.plum import PlumService\n"
        "@dataclass\n"
        "class Base:\n"
        "    pears: Pears\n"
        "@dataclass\n"
        "class PearService(Base):\n"
        "    plums: PlumService\n"
        "    count: int = 0\n"
    ),
    "shop/services/plum.py": "class PlumService: ...\n",
    "shop/repositories/__init__.py": "",
    "shop/repositories/pear.py": "class PearRepository: ...\n",
    "shop/models/__init__.py": "",
    "shop/models/pear.py": 'class Pear(Model):\n    __tablename__ = "pears"\n',
    "shop/cache_managers/__init__.py": "",
    "shop/cache_managers/pear.py": (
        "class PearCacheManager(CacheManager):\n"
        '    card = Key("{tenant}:pear:{pear}", ttl=timedelta(minutes=1))\n'
        '    gate = Key("gate")\n'
        "    other = 1\n"
    ),
    "shop/exception_codes/__init__.py": "",
    "shop/exception_codes/pear.py": 'class PearExceptionCode(ExceptionCode):\n    BAD = 409_901, "Pear is bad."\n',
    "shop/core/__init__.py": "",
    "shop/core/clock.py": "",
}
IMPORTS = {
    "shop.controllers.pear": {"shop.services.pear": 3},
    "shop.services.pear": {"shop.repositories.pear": 2, "shop.services.plum": 3},
    "shop.repositories.pear": {"sqlalchemy": 1},
}
TYPE_NAMES = {"shop.services.plum": {"shop.models.pear": 1}}


def build(imports: Mapping[str, Mapping[str, int]]) -> ImportGraph:
    """Build a graph from imports with their lines."""
    graph = ImportGraph()
    for path in FILES:
        graph.add_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    graph.add_module("sqlalchemy", is_squashed=True)
    for importer, others in imports.items():
        for imported, line in others.items():
            graph.add_import(importer=importer, imported=imported, line_number=line, line_contents="")
    return graph


def write_project(folder: Path) -> Facts:
    """Write a sample project and return its facts.

    It has a Service that uses another Service.
    """
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return describe(read(folder), build(IMPORTS), build({**IMPORTS, **TYPE_NAMES}), (PROTECTED_CONTRACT,))


def finding(line: int = 3, what: str = "A service uses a service: 100% wrong,\nreally.") -> Finding:
    return Finding("shop/services/pear.py", line, "services", what, "Use a ServiceManager.")


PROTECTED_CONTRACT = ContractFact(
    "services", "Services answer Jobs", "protected", "Why: because.", kept=False, findings=(finding(),)
)
MAP = ContractFact("map", "Imports point down the layers", "layers", "Down.", kept=True, findings=())


def check_project(*findings: Finding) -> CheckReport:
    """Build the check report of a sample project with these findings.

    The findings belong to one protected contract.
    """
    contract = ContractFact(
        PROTECTED_CONTRACT.id,
        PROTECTED_CONTRACT.name,
        PROTECTED_CONTRACT.type,
        PROTECTED_CONTRACT.guidance,
        kept=not findings,
        findings=findings,
    )
    return build_report((MAP, contract))
