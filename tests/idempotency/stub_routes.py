"""A route of the tests' own, which answers whatever a test wants, and counts how often it was reached."""

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

blueprint = Blueprint("bells", __name__, url_prefix="/bells")
optional_blueprint = Blueprint(
    "chimes", __name__, url_prefix="/chimes", idempotency_policy=IdempotencyPolicy(required=False, ttl=60)
)


class AnyWords(Schema):
    """Takes everything."""

    class Meta:
        """Everything."""

        unknown = INCLUDE


@dataclass(eq=False)
class StubController(Controller):
    """What all of them do."""

    def answer(self, words: dict[str, Any]) -> Any:
        """Do what the test wants."""
        return StubRoutes.current.answer(words)


@blueprint.route("/any")
@dataclass(eq=False)
class AnyBellController(StubController):
    """With the default policy."""

    @blueprint.response(200)
    @signed_in()
    @blueprint.arguments(AnyWords)
    @transactional
    def post(self, words: dict[str, Any]) -> Any:
        """Ring."""
        return self.answer(words)


@blueprint.route("/free")
@dataclass(eq=False)
class FreeBellController(StubController):
    """With policies of its own."""

    @blueprint.response(200)
    @signed_in()
    @idempotent(IdempotencyPolicy(required=False, compare_body=False))
    @blueprint.arguments(AnyWords)
    @transactional
    def post(self, words: dict[str, Any]) -> Any:
        """Ring, whatever the words are."""
        return self.answer(words)

    @blueprint.response(200)
    @signed_in()
    @idempotent(IdempotencyPolicy(required=True, excluded_fields=frozenset({"sent_at"}), ttl=60))
    @blueprint.arguments(AnyWords)
    @transactional
    def put(self, words: dict[str, Any]) -> Any:
        """Ring, whenever it was sent."""
        return self.answer(words)


@optional_blueprint.route("")
@dataclass(eq=False)
class ChimeController(StubController):
    """With the policy of its blueprint."""

    @optional_blueprint.response(200)
    @signed_in()
    @optional_blueprint.arguments(AnyWords)
    @transactional
    def post(self, words: dict[str, Any]) -> Any:
        """Ring."""
        return self.answer(words)

    @optional_blueprint.response(200)
    @signed_in()
    @idempotent(IdempotencyPolicy(disabled=True))
    @transactional
    def delete(self) -> Any:
        """Ring without keys."""
        return self.answer({})


class StubRoutes:
    """A shop with these routes. `answers`: what ringing does; `rung`: the words it was rung with."""

    current: "StubRoutes"

    def __init__(self, shop: InProcessShop) -> None:
        StubRoutes.current = self
        self.shop, self.user = shop, shop.buyer()
        self.received: list[dict[str, Any]] = []
        self.answers: Callable[[], Any] = lambda: {"times": len(self.received)}
        for routes in (blueprint, optional_blueprint):
            shop.http.application.register_blueprint(routes)
        for routes, kind in (
            (blueprint, AnyBellController),
            (blueprint, FreeBellController),
            (optional_blueprint, ChimeController),
        ):
            self._bind(routes, kind)

    def answer(self, words: dict[str, Any]) -> Any:
        """Count, and answer."""
        self.received.append(words)
        return self.answers()

    def post(self, words: Any = None, key: str | None = None, **options: Any) -> TestResponse:
        """Ring over HTTP; without a key, no header."""
        verb, path = options.pop("verb", "POST"), options.pop("path", "/bells/any")
        headers = {"Authorization": f"Bearer {options.pop('token', self.user)}", **options.pop("headers", {})}
        said = headers | ({} if key is None else {"Idempotency-Key": key})
        client = self.shop.http.application.test_client()
        return client.open(path, method=verb, json=words or {}, headers=said, **options)

    def post_twice(self, key: str = "") -> tuple[TestResponse, TestResponse]:
        """The answers to one request that is sent twice."""
        key = key or uuid4().hex
        return self.post(key=key), self.post(key=key)

    def expire(self, key: str, seconds: int = 1) -> None:
        """Let a record have ended so many seconds ago."""
        ended = "UPDATE idempotency_records SET expires_at = UTC_TIMESTAMP(6) - INTERVAL %s SECOND WHERE `key` = %s"
        self.shop.change_row(ended, seconds, key)

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
    """An answer that is no envelope."""
    return Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def is_replay(answer: TestResponse) -> bool:
    """Whether an answer says that it was given before."""
    marks = [name in answer.headers for name in ("Idempotency-Relayed", "Idempotent-Replayed")]
    assert marks[0] == marks[1]
    return marks[0]
