"""Schemathesis hooks for callers and for values that a schema cannot describe.

A schema describes the format of a field. It cannot express that a key names one request, that an e-mail address has
one account, or that a token is signed. The hooks insert such values where the generated value is valid, and only there.
"""

import itertools
import os
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import jwt
import schemathesis
from schemathesis.auths import CachingAuthProvider
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import UseAfterFree
from schemathesis.wfc.escalation import EscalatingAuthProvider

from shop.constants.item import ItemStatus
from shop.container import Container
from shop.core.auth.tenant_resolver import TENANT_HEADER
from shop.core.database.model import DEFAULT_TENANT
from shop.core.settings.settings import Settings
from shop.core.validation.email_addresses import parse_address
from shop.services.sale_gate import SaleGateService
from tests.fuzz.bodies import make_valid
from tests.fuzz.campaign import ADMINISTRATOR, find_gated_operations
from tests.fuzz.identities import ROLES, Identity
from tests.fuzz.list_queries import is_list, make_consistent
from tests.http.support.envelope import data_of
from tests.http.support.shop import API
from tests.support.http import HttpClient
from tests.support.openapi_document import example_of
from tests.support.polling import eventually

BIND, PINNED = os.environ["FUZZ_BIND"], os.environ["FUZZ_AS"] or None
TENANT = "default"
PASSWORD = "Correct-horse-1"
KEY_MAX = 255
RESTORE = "/restore"
# Headers of the HTTP transport, declared by no operation. Generated values would change the request, or make it
# invalid for the web server. tests/http tests them malformed.
TRANSPORT_HEADERS = {
    "accept", "connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip
NO_REFRESH_SECONDS = 1_000_000
_settings = Settings.load()
_gates = Container(_settings).get(SaleGateService)
_numbers = itertools.count(time.monotonic_ns() // 1000)
_restored: set[str] = set()


@schemathesis.hook
def after_load_schema(context: Any, schema: Any) -> None:  # noqa: ARG001 - given shape
    """Sign in several users.

    An operation is sent by the first user with its permission, or always by the pinned user.
    """
    users: list[Any] = [
        CachingAuthProvider(Identity(role, BIND, _settings), refresh_interval=NO_REFRESH_SECONDS)
        for role in ROLES.values()
    ]
    escalating = EscalatingAuthProvider(users, list(ROLES), peers=("ada", "bob"), pinned=PINNED)
    escalating.restore(dict.fromkeys(find_gated_operations(schema.raw_schema["paths"]), ADMINISTRATOR))
    schema.auth.providers.append(escalating)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001 - given shape
    """Replace values that have a valid format but no meaning."""
    for name in [name for name in case.headers if name.lower() in TRANSPORT_HEADERS]:
        del case.headers[name]
    key = case.headers.get(_settings.idempotency_header)
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers[_settings.idempotency_header] = f"{next(_numbers)}-{key}"[:KEY_MAX]
    tenant = case.headers.get(TENANT_HEADER)
    if isinstance(tenant, str) and re.fullmatch("[A-Za-z0-9-]{1,32}", tenant):
        case.headers[TENANT_HEADER] = TENANT
    parameters = {parameter.name: parameter for parameter in case.operation.query}
    if is_list(parameters) and _is_valid_at(case, ParameterLocation.QUERY):
        examples = {name: example_of(parameter.definition) for name, parameter in parameters.items()}
        case.query = make_consistent(case.query, examples)
    if "If-Match" in case.headers and _is_valid_at(case, ParameterLocation.HEADER):
        # Only the service knows the current ETag.
        case.headers["If-Match"] = "*"
    if "session_id" in case.path_parameters and case._has_explicit_auth and _is_valid_at(case, ParameterLocation.PATH):
        _add_session(case)
    if isinstance(case.body, dict) and _is_valid_at(case, ParameterLocation.BODY):
        case.body = make_valid(case.operation.path, {**case.body, **dict(_valid_fields(case))})


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:  # noqa: ARG001 - given shape
    """Wait for the sale of new items, and record restored items."""
    if response.status_code in (200, 201) and case.method in ("POST", "PATCH") and '"price_minor"' in response.text:
        _wait_until_open(response.json()["data"])
    path = urlsplit(response.request.url).path
    if response.status_code == 200 and case.method == "DELETE":
        _restored.discard(path)
    if response.status_code == 200 and case.method == "POST" and path.endswith(RESTORE):
        _restored.add(path.removesuffix(RESTORE))


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:  # noqa: ARG001 - given shape
    """Return False for reads of restored items, which are no failures.

    The check of Schemathesis knows no other creation than a POST to the collection.
    """
    return not (isinstance(failure, UseAfterFree) and failure.free.removeprefix("DELETE ") in _restored)


def _wait_until_open(item: dict[str, Any]) -> None:
    # Until the worker has opened the sale, purchases get 503 with Retry-After, and Schemathesis does not retry.
    if item["status"] == ItemStatus.ON_SALE:
        eventually(lambda: _gates.is_settled(DEFAULT_TENANT, item["id"]), 20)


def _is_valid_at(case: Any, location: ParameterLocation) -> bool:
    return case.meta is not None and not case.meta.is_negative_at(location)


def _add_session(case: Any) -> None:
    token = _register_account()["access_token"]
    case.headers["Authorization"] = f"Bearer {token}"
    claims = jwt.decode(token, options={"verify_signature": False})
    case.path_parameters = {**case.path_parameters, "session_id": claims["sid"]}


def _valid_fields(case: Any) -> Iterator[tuple[str, str]]:
    if "email" in case.body and "201" in case.operation.responses.status_codes:
        yield "email", _make_unique(case.body["email"])
        yield "password", PASSWORD
    if "new_password" in case.body:
        # The document says in words which passwords are strong.
        yield "new_password", PASSWORD
    if "refresh_token" in case.body:
        yield "refresh_token", _register_account()["refresh_token"]
    if "current_password" in case.body and case._has_explicit_auth:
        # A new account, so that the other callers keep their password.
        case.headers["Authorization"] = f"Bearer {_register_account()['access_token']}"
        yield "current_password", PASSWORD


def _make_unique(email: str) -> str:
    fresh = f"{next(_numbers)}{email.strip()}"
    try:
        # The format `idn-email` of a schema accepts more than any mail server does.
        return parse_address(fresh)
    except ValueError:
        return f"{next(_numbers)}@example.com"


def _register_account() -> dict[str, str]:
    body = {"name": "Ada", "email": f"{next(_numbers)}@example.com", "password": PASSWORD}
    with HttpClient(BIND) as client:
        return dict(data_of(client.post(f"{API}/auth/register", body), 201101))
