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
from shop.core.auth.session_watch import Doorkeeper
from shop.core.auth.tenant_resolver import Register
from shop.core.database.transaction import transactional
from shop.core.idempotency.policy import Policy, check_keys, keyed
from shop.core.idempotency.record import Keeper
from tests.purchase.support.in_process_shop import Indoors

blueprint = Blueprint("bells", __name__, url_prefix="/bells")
chimes = Blueprint("chimes", __name__, url_prefix="/chimes", keyed=Policy(required=False, ttl=60))


class AnyWords(Schema):
    """Takes everything."""

    class Meta:
        """Everything."""

        unknown = INCLUDE


@dataclass(eq=False)
class Ringing(Controller):
    """What all of them do."""

    def ring(self, words: dict[str, Any]) -> Any:
        """Do what the test wants."""
        return Bell.now.ring(words)


@blueprint.route("/any")
@dataclass(eq=False)
class AnyBellController(Ringing):
    """With the default policy."""

    @blueprint.response(200)
    @signed_in()
    @blueprint.arguments(AnyWords)
    @transactional
    def post(self, words: dict[str, Any]) -> Any:
        """Ring."""
        return self.ring(words)


@blueprint.route("/free")
@dataclass(eq=False)
class FreeBellController(Ringing):
    """With policies of its own."""

    @blueprint.response(200)
    @signed_in()
    @keyed(Policy(required=False, compare=False))
    @blueprint.arguments(AnyWords)
    @transactional
    def post(self, words: dict[str, Any]) -> Any:
        """Ring, whatever the words are."""
        return self.ring(words)

    @blueprint.response(200)
    @signed_in()
    @keyed(Policy(required=True, excluded=frozenset({"sent_at"}), ttl=60))
    @blueprint.arguments(AnyWords)
    @transactional
    def put(self, words: dict[str, Any]) -> Any:
        """Ring, whenever it was sent."""
        return self.ring(words)


@chimes.route("")
@dataclass(eq=False)
class ChimeController(Ringing):
    """With the policy of its blueprint."""

    @chimes.response(200)
    @signed_in()
    @chimes.arguments(AnyWords)
    @transactional
    def post(self, words: dict[str, Any]) -> Any:
        """Ring."""
        return self.ring(words)

    @chimes.response(200)
    @signed_in()
    @keyed(Policy(off=True))
    @transactional
    def delete(self) -> Any:
        """Ring without keys."""
        return self.ring({})


class Bell:
    """A shop with these routes. `answers`: what ringing does; `rung`: the words it was rung with."""

    now: "Bell"

    def __init__(self, shop: Indoors) -> None:
        Bell.now = self
        self.shop, self.user = shop, shop.buyer()
        self.rung: list[dict[str, Any]] = []
        self.answers: Callable[[], Any] = lambda: {"times": len(self.rung)}
        for routes in (blueprint, chimes):
            shop.http.application.register_blueprint(routes)
        for routes, kind in (
            (blueprint, AnyBellController),
            (blueprint, FreeBellController),
            (chimes, ChimeController),
        ):
            self._bind(routes, kind)

    def ring(self, words: dict[str, Any]) -> Any:
        """Count, and answer."""
        self.rung.append(words)
        return self.answers()

    def post(self, words: Any = None, key: str | None = None, **options: Any) -> TestResponse:
        """Ring over HTTP; without a key, no header."""
        verb, path = options.pop("verb", "POST"), options.pop("path", "/bells/any")
        headers = {"Authorization": f"Bearer {options.pop('token', self.user)}", **options.pop("headers", {})}
        said = headers | ({} if key is None else {"Idempotency-Key": key})
        client = self.shop.http.application.test_client()
        return client.open(path, method=verb, json=words or {}, headers=said, **options)

    def again(self, key: str = "") -> tuple[TestResponse, TestResponse]:
        """The answers to one request that is sent twice."""
        key = key or uuid4().hex
        return self.post(key=key), self.post(key=key)

    def expire(self, key: str, seconds: int = 1) -> None:
        """Let a record have ended so many seconds ago."""
        ended = "UPDATE idempotency_records SET expires_at = UTC_TIMESTAMP(6) - INTERVAL %s SECOND WHERE `key` = %s"
        self.shop.change(ended, seconds, key)

    def _bind(self, routes: Blueprint, kind: type[Ringing]) -> None:
        container, app = self.shop.container, self.shop.http.application
        container.add(kind)
        controller = container.get(kind)
        controller.keeper, controller.door = container.find_one(Keeper), container.find_one(Doorkeeper)
        controller.register = container.find_one(Register)
        check_keys(controller)
        app.view_functions[f"{routes.name}.{kind.__name__}"] = controller.dispatch_request


def plain(status: int, body: Any = b"", **headers: str) -> Response:
    """An answer that is no envelope."""
    return Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def is_replay(answer: TestResponse) -> bool:
    """Whether an answer says that it was given before."""
    marks = [name in answer.headers for name in ("Idempotency-Relayed", "Idempotent-Replayed")]
    assert marks[0] == marks[1]
    return marks[0]
