"""Stub routes that return a given response and record their requests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Response
from marshmallow import INCLUDE, Schema
from werkzeug.test import TestResponse

from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.auth.session_watch import SessionAuthenticator
from shop.core.auth.tenant_resolver import TenantDirectory
from shop.core.database.transaction import transactional
from shop.core.idempotency.policy import IdempotencyPolicy, check_idempotency, idempotent
from shop.core.idempotency.record import IdempotencyStore
from tests.purchase.support.in_process_shop import InProcessShop

blueprint = Blueprint("stubs", __name__, url_prefix="/stubs")
optional_blueprint = Blueprint(
    "optional_stubs",
    __name__,
    url_prefix="/optional-stubs",
    idempotency_policy=IdempotencyPolicy(required=False, ttl=60),
)


class AnyFields(Schema):
    """A schema that accepts all fields."""

    class Meta:
        """Options of the schema."""

        unknown = INCLUDE


@dataclass(eq=False)
class StubController(Controller):
    """Base of the stub controllers."""

    def respond(self, body: dict[str, Any]) -> Any:
        """Return the response that the test has set."""
        return StubRoutes.current.respond(body)


@blueprint.route("/default")
@dataclass(eq=False)
class DefaultPolicyController(StubController):
    """A route with the default policy."""

    @blueprint.response(200)
    @signed_in()
    @blueprint.arguments(AnyFields)
    @transactional
    def post(self, body: dict[str, Any]) -> Any:
        """Respond."""
        return self.respond(body)


@blueprint.route("/own")
@dataclass(eq=False)
class OwnPolicyController(StubController):
    """A route with its own policies."""

    @blueprint.response(200)
    @signed_in()
    @idempotent(IdempotencyPolicy(required=False, compare_body=False))
    @blueprint.arguments(AnyFields)
    @transactional
    def post(self, body: dict[str, Any]) -> Any:
        """Accept a key without a comparison of bodies."""
        return self.respond(body)

    @blueprint.response(200)
    @signed_in()
    @idempotent(IdempotencyPolicy(required=True, excluded_fields=frozenset({"sent_at"}), ttl=60))
    @blueprint.arguments(AnyFields)
    @transactional
    def put(self, body: dict[str, Any]) -> Any:
        """Require a key and ignore the field `sent_at`."""
        return self.respond(body)


@optional_blueprint.route("")
@dataclass(eq=False)
class BlueprintPolicyController(StubController):
    """A route with the policy of its blueprint."""

    @optional_blueprint.response(200)
    @signed_in()
    @optional_blueprint.arguments(AnyFields)
    @transactional
    def post(self, body: dict[str, Any]) -> Any:
        """Respond."""
        return self.respond(body)

    @optional_blueprint.response(200)
    @signed_in()
    @idempotent(IdempotencyPolicy(disabled=True))
    @transactional
    def delete(self) -> Any:
        """Ignore keys."""
        return self.respond({})


class StubRoutes:
    """A shop with the stub routes.

    `make_response` creates the response of each request; `received` holds the bodies of all requests.
    """

    current: "StubRoutes"

    def __init__(self, shop: InProcessShop) -> None:
        StubRoutes.current = self
        self.shop, self.user = shop, shop.buyer()
        self.received: list[dict[str, Any]] = []
        self.make_response: Callable[[], Any] = lambda: {"times": len(self.received)}
        for routes in (blueprint, optional_blueprint):
            shop.http.application.register_blueprint(routes)
        for routes, kind in (
            (blueprint, DefaultPolicyController),
            (blueprint, OwnPolicyController),
            (optional_blueprint, BlueprintPolicyController),
        ):
            self._bind(routes, kind)

    def respond(self, body: dict[str, Any]) -> Any:
        """Record the request and return the response of the test."""
        self.received.append(body)
        return self.make_response()

    def post(self, body: Any = None, key: str | None = None, **options: Any) -> TestResponse:
        """Send a request over HTTP; without a key, no header."""
        verb, path = options.pop("verb", "POST"), options.pop("path", "/stubs/default")
        headers = {"Authorization": f"Bearer {options.pop('token', self.user)}", **options.pop("headers", {})}
        headers |= {} if key is None else {"Idempotency-Key": key}
        client = self.shop.http.application.test_client()
        return client.open(path, method=verb, json=body or {}, headers=headers, **options)

    def post_twice(self, key: str = "") -> tuple[TestResponse, TestResponse]:
        """Send one request twice and return both responses."""
        key = key or uuid4().hex
        return self.post(key=key), self.post(key=key)

    def expire(self, key: str, seconds: int = 1) -> None:
        """Set the expiry of a record to some seconds ago."""
        statement = "UPDATE idempotency_records SET expires_at = UTC_TIMESTAMP(6) - INTERVAL %s SECOND WHERE `key` = %s"
        self.shop.change_row(statement, seconds, key)

    def _bind(self, routes: Blueprint, kind: type[StubController]) -> None:
        container, app = self.shop.container, self.shop.http.application
        container.add(kind)
        controller = container.get(kind)
        controller.idempotency_store, controller.authenticator = (
            container.find_one(IdempotencyStore),
            container.find_one(SessionAuthenticator),
        )
        controller.tenants = container.find_one(TenantDirectory)
        check_idempotency(controller)
        app.view_functions[f"{routes.name}.{kind.__name__}"] = controller.dispatch_request


def plain(status: int, body: Any = b"", **headers: str) -> Response:
    """Create a response without an envelope."""
    return Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def is_replay(response: TestResponse) -> bool:
    """Return True if the response is marked as a replay."""
    marks = [name in response.headers for name in ("Idempotency-Relayed", "Idempotent-Replayed")]
    assert marks[0] == marks[1]
    return marks[0]
