"""What Schemathesis cannot know by itself: who calls, and values that are good once or that only the service makes.

A schema says what a word looks like. It cannot say that a key names one request, that an address has one account, or
that a token is signed; those are put in here, where a word is as the schema wants it and nowhere else.
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
from shop.services.sale_gate import SaleGateService
from tests.fuzz.campaign import ADMINISTRATOR, gated
from tests.fuzz.identities import ROLES, Identity
from tests.fuzz.list_queries import is_list, sensible
from tests.http.support.envelope import data_of
from tests.http.support.shop import API
from tests.support.http import HttpClient
from tests.support.polling import eventually

BIND, PINNED = os.environ["FUZZ_BIND"], os.environ["FUZZ_AS"] or None
TENANT = "default"
PASSWORD = "Correct-horse-1"
KEY_MAX, EMAIL_MAX = 255, 254
RESTORE = "/restore"
# Headers of HTTP itself. No operation declares them; drawn as further ones, they would make another request of it, or
# none at all, which the web server refuses alone. tests/http sends them broken.
NOT_DRAWN = {
    "accept", "connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip
NEVER_SECONDS = 1_000_000
_settings = Settings.load()
_gates = Container(_settings).get(SaleGateService)
_numbers = itertools.count(time.monotonic_ns() // 1000)
_restored: set[str] = set()


@schemathesis.hook
def after_load_schema(context: Any, schema: Any) -> None:  # noqa: ARG001 - given shape
    """Sign in several users: an operation is sent by the first with its permission, or always by the named one."""
    users: list[Any] = [
        CachingAuthProvider(Identity(role, BIND, _settings), refresh_interval=NEVER_SECONDS) for role in ROLES.values()
    ]
    escalating = EscalatingAuthProvider(users, list(ROLES), peers=("ada", "bob"), pinned=PINNED)
    escalating.restore(dict.fromkeys(gated(schema.raw_schema["paths"]), ADMINISTRATOR))
    schema.auth.providers.append(escalating)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001 - given shape
    """Make good what only looks good."""
    for name in [name for name in case.headers if name.lower() in NOT_DRAWN]:
        del case.headers[name]
    key = case.headers.get(_settings.idempotency_header)
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers[_settings.idempotency_header] = f"{next(_numbers)}-{key}"[:KEY_MAX]
    tenant = case.headers.get(TENANT_HEADER)
    if isinstance(tenant, str) and re.fullmatch("[A-Za-z0-9-]{1,32}", tenant):
        case.headers[TENANT_HEADER] = TENANT
    parameters = {it.name: it for it in case.operation.query}
    if is_list(parameters) and _is_as_wanted(case, ParameterLocation.QUERY):
        examples = {name: it.definition["schema"].get("example") for name, it in parameters.items()}
        case.query = sensible(case.query, examples)
    if "If-Match" in case.headers and _is_as_wanted(case, ParameterLocation.HEADER):
        # Which state a thing is in only the service says.
        case.headers["If-Match"] = "*"
    if "session_id" in case.path_parameters and case._has_explicit_auth and _is_as_wanted(case, ParameterLocation.PATH):
        _give_session(case)
    if isinstance(case.body, dict) and _is_as_wanted(case, ParameterLocation.BODY):
        case.body = {**case.body, **dict(_good_words(case))}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:  # noqa: ARG001 - given shape
    """Wait for a sale that opens, and remember what came back after it was deleted."""
    if response.status_code in (200, 201) and case.method in ("POST", "PATCH") and '"price_minor"' in response.text:
        _wait_until_open(response.json()["data"])
    path = urlsplit(response.request.url).path
    if response.status_code == 200 and case.method == "DELETE":
        _restored.discard(path)
    if response.status_code == 200 and case.method == "POST" and path.endswith(RESTORE):
        _restored.add(path.removesuffix(RESTORE))


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:  # noqa: ARG001 - given shape
    """Whether it is one: what was restored may be read again, though the check knows no other creation than a POST
    to the collection.
    """
    return not (isinstance(failure, UseAfterFree) and failure.free.removeprefix("DELETE ") in _restored)


def _wait_until_open(item: dict[str, Any]) -> None:
    # Until the worker has opened the sale, purchases hear 503 with a Retry-After, and Schemathesis tries nothing again.
    if item["status"] == ItemStatus.ON_SALE:
        eventually(lambda: _gates.is_settled(DEFAULT_TENANT, item["id"]), 20)


def _is_as_wanted(case: Any, place: ParameterLocation) -> bool:
    return case.meta is not None and not case.meta.is_negative_at(place)


def _give_session(case: Any) -> None:
    token = _account()["access_token"]
    case.headers["Authorization"] = f"Bearer {token}"
    claims = jwt.decode(token, options={"verify_signature": False})
    case.path_parameters = {**case.path_parameters, "session_id": claims["sid"]}


def _good_words(case: Any) -> Iterator[tuple[str, str]]:
    if "email" in case.body and "201" in case.operation.responses.status_codes:
        yield "email", _unused(case.body["email"])
    if "refresh_token" in case.body:
        yield "refresh_token", _account()["refresh_token"]
    if "current_password" in case.body and case._has_explicit_auth:
        # An account of its own: the other callers keep their password.
        case.headers["Authorization"] = f"Bearer {_account()['access_token']}"
        yield "current_password", PASSWORD


def _unused(email: str) -> str:
    fresh = f"{next(_numbers)}{email.strip()}"
    return fresh if len(fresh.partition("@")[0]) <= 64 and len(fresh) <= EMAIL_MAX else f"{next(_numbers)}@example.com"


def _account() -> dict[str, str]:
    words = {"name": "Ada", "email": f"{next(_numbers)}@example.com", "password": PASSWORD}
    with HttpClient(BIND) as client:
        return dict(data_of(client.post(f"{API}/auth/register", words), 201101))
