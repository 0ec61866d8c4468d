"""Private names of libraries: each is used in one file, and the library has an upper bound in setup.cfg.

The decision record 0025 lists them with the reasons. A release that moves one of them fails here, by name.
"""

import ast
import re
from configparser import ConfigParser
from pkgutil import resolve_name
from typing import NamedTuple

import pytest

from tests.delivery.delivery_files import ROOT


class PrivateName(NamedTuple):
    """A name without a promise of the library: where it is defined, and the only file that may use it."""

    library: str
    owner: str
    name: str
    file: str


NAMES = (
    PrivateName("pymysql", "pymysql.connections:Connection", "_read_ok_packet", "shop/core/database/mysql.py"),
    PrivateName("pymysql", "pymysql.connections:Connection", "_request_authentication", "shop/core/database/mysql.py"),
    PrivateName("pymysql", "pymysql.connections:Connection", "_execute_command", "shop/core/database/mysql.py"),
    PrivateName("pymysql", "pymysql.connections:Connection", "_force_close", "shop/core/database/mysql.py"),
    PrivateName("redis", "redis.connection:ConnectionPool", "make_connection", "shop/core/redis/client.py"),
    PrivateName("redis", "redis.connection:AbstractConnection", "can_read", "shop/core/redis/client.py"),
    PrivateName(
        "granian",
        "granian.server.common:AbstractServer",
        "signal_handler_interrupt",
        "shop/core/operations/web_server.py",
    ),
    PrivateName("flask-smorest", "flask_smorest:Api", "_register_error_handlers", "shop/core/openapi/spec.py"),
    PrivateName("flask-smorest", "flask_smorest:Api", "_register_pagination_header", "shop/core/openapi/spec.py"),
    PrivateName("flask-smorest", "flask_smorest:Api", "_register_responses", "shop/core/openapi/spec.py"),
    PrivateName("webargs", "webargs.flaskparser:FlaskParser", "_raw_load_json", "shop/core/api/parser.py"),
    PrivateName("webargs", "webargs.flaskparser:FlaskParser", "_makeproxy", "shop/core/api/parser.py"),
)


def upper_bounds() -> dict[str, str]:
    """Library -> its upper bound, for each requirement of the package that has one."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].splitlines()
    return {match[1]: match[2] for line in lines if (match := re.match(r"([\w-]+)(?:\[.*\])?[^<]*<([\d.]+)$", line))}


def files_that_use(name: str) -> set[str]:
    """The files of shop in which a name stands as an attribute or a method."""
    found = set()
    for path in (ROOT / "shop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if name in (getattr(node, "attr", None), getattr(node, "name", None)):
                found.add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("private", NAMES, ids=lambda private: f"{private.library}: {private.name}")
def test_the_installed_library_still_has_the_name(private: PrivateName) -> None:
    assert hasattr(resolve_name(private.owner), private.name)


@pytest.mark.parametrize("private", NAMES, ids=lambda private: f"{private.library}: {private.name}")
def test_the_name_is_used_in_its_file_only(private: PrivateName) -> None:
    assert files_that_use(private.name) == {private.file}


@pytest.mark.parametrize("library", sorted({private.library for private in NAMES}))
def test_a_library_with_private_names_has_an_upper_bound(library: str) -> None:
    assert library in upper_bounds()
