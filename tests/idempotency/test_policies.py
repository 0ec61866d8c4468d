"""Idempotency policies of routes, blueprints and settings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Request

from shop.app import create_app
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.idempotency.policy import IdempotencyPolicy, check_idempotency, idempotent
from shop.core.idempotency.record import Principal
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.idempotency.conftest import MakeStubRoutes
from tests.idempotency.stub_routes import StubRoutes, is_replay
from tests.purchase.support.in_process_shop import data_of

MISSING = 400002
NOT_A_FUNCTION = "text"


def by_team(request: Request, _principal: Principal) -> str | None:
    """Return the team of the request as the scope of its key."""
    return request.headers.get("X-Team")


def read_lifetimes(routes: StubRoutes) -> dict[str, int]:
    """Return the lifetime of each record in seconds, by key."""
    query = "SELECT `key`, TIMESTAMPDIFF(MICROSECOND, created_at, expires_at) FROM idempotency_records"
    return {key: round(microseconds / 10**6) for key, microseconds in routes.shop.rows(query)}


def test_without_a_policy_a_key_is_required(stub_routes: StubRoutes) -> None:
    assert data_of(stub_routes.post(), MISSING)["header"] == "Idempotency-Key"
    assert stub_routes.received == []


def test_a_setting_makes_keys_optional(make_stub_routes: MakeStubRoutes) -> None:
    routes = make_stub_routes(idempotency_required=False)

    assert [routes.post().status_code for _ in range(2)] == [200, 200]
    assert is_replay(routes.post_twice("k")[1])
    assert len(routes.received) == 3


def test_a_route_makes_keys_optional_and_ignores_the_body(stub_routes: StubRoutes) -> None:
    assert stub_routes.post(path="/stubs/own").status_code == 200

    assert not is_replay(stub_routes.post({"a": 1}, "k", path="/stubs/own"))
    assert is_replay(stub_routes.post({"a": 2}, "k", path="/stubs/own"))


def test_a_route_requires_a_key_against_the_setting(make_stub_routes: MakeStubRoutes) -> None:
    routes = make_stub_routes(idempotency_required=False)

    data_of(routes.post(path="/stubs/own", verb="PUT"), MISSING)


def test_a_route_excludes_fields_from_the_comparison(stub_routes: StubRoutes) -> None:
    put = {"path": "/stubs/own", "verb": "PUT"}
    stub_routes.post({"a": 1, "sent_at": 1}, "k", **put)

    assert is_replay(stub_routes.post({"a": 1, "sent_at": 2}, "k", **put))
    assert data_of(stub_routes.post({"a": 2, "sent_at": 1}, "k", **put), 422004)["part"] == "body"


def test_a_route_sets_the_lifetime_of_its_records(stub_routes: StubRoutes) -> None:
    stub_routes.post({}, "short", path="/stubs/own", verb="PUT")
    stub_routes.post({}, "long")

    assert read_lifetimes(stub_routes) == {"short": 60, "long": 86_400}


def test_a_blueprint_sets_the_policy_of_routes_without_one(stub_routes: StubRoutes) -> None:
    assert stub_routes.post(path="/optional-stubs").status_code == 200
    stub_routes.post({}, "k", path="/optional-stubs")

    assert read_lifetimes(stub_routes) == {"k": 60}


def test_a_disabled_policy_ignores_keys(stub_routes: StubRoutes) -> None:
    first, again = (stub_routes.post({}, "k", path="/optional-stubs", verb="DELETE") for _ in range(2))

    assert (first.status_code, again.status_code, len(stub_routes.received)) == (200, 200, 2)


def test_the_setting_declared_enforces_declared_policies_only(make_stub_routes: MakeStubRoutes) -> None:
    routes = make_stub_routes(idempotency_enforce="declared")

    assert not is_replay(routes.post_twice("k")[1])
    data_of(routes.post(path="/stubs/own", verb="PUT"), MISSING)
    routes.post({}, "c", path="/optional-stubs")
    assert is_replay(routes.post({}, "c", path="/optional-stubs"))


def test_a_method_that_is_not_enforced_ignores_keys(make_stub_routes: MakeStubRoutes) -> None:
    routes = make_stub_routes(idempotency_verbs=("put",))

    assert not is_replay(routes.post_twice("k")[1])
    data_of(routes.post(path="/stubs/own", verb="PUT"), MISSING)


def test_a_resolver_sets_the_scope_of_a_key(make_stub_routes: MakeStubRoutes) -> None:
    routes = make_stub_routes(idempotency_scope_resolver=f"{__name__}:by_team")
    colleague = routes.shop.buyer()

    def is_replayed(token: str, team: str | None, key: str) -> bool:
        return is_replay(routes.post({}, key, token=token, headers={"X-Team": team} if team else {}))

    assert [
        is_replayed(routes.user, "red", "k"),
        is_replayed(colleague, "red", "k"),
        is_replayed(colleague, "blue", "k"),
    ] == [
        False,
        True,
        False,
    ]
    # When it returns None, the scope is the user.
    assert [
        is_replayed(routes.user, None, "k"),
        is_replayed(colleague, None, "k"),
        is_replayed(colleague, None, "k"),
    ] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("a", "b:c"), ("a:b", "c")),
        (("a:", "b"), ("a", ":b")),
        (("1:a", "b"), ("1", "a:b")),
        (("Team", "k"), ("team", "k")),
        (("team", "K"), ("team", "k")),
        (("a" * 100, "k"), ("a" * 101, "k")),
        (("two words", "k"), ("two", "k")),
        (("caf\xe9", "k"), ("cafe", "k")),
    ],
)
def test_different_pairs_of_scope_and_key_never_collide(
    make_stub_routes: MakeStubRoutes, first: tuple[str, str], second: tuple[str, str]
) -> None:
    routes = make_stub_routes(idempotency_scope_resolver=f"{__name__}:by_team")

    responses = [routes.post({}, key, headers={"X-Team": team}) for team, key in (first, second, first, second)]

    assert [response.status_code for response in responses] == [200] * 4
    assert [is_replay(response) for response in responses] == [False, False, True, True]


@pytest.mark.parametrize(
    "name", ["nowhere:f", f"{__name__}:nothing", "no colon", "a:b:c", f"{__name__}:NOT_A_FUNCTION"]
)
def test_an_unknown_resolver_stops_the_start_with_a_message(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^SHOP_IDEMPOTENCY_SCOPE_RESOLVER names no function: .*\.$"):
        create_app(Settings(var=str(tmp_path), idempotency_scope_resolver=name))


@dataclass(eq=False)
class OpenController(Controller):
    """A Controller with a write for unauthenticated clients."""

    def post(self) -> Any:
        """Write without a policy."""


@dataclass(eq=False)
class DeclaredController(Controller):
    """A Controller whose writes are all declared."""

    @idempotent(IdempotencyPolicy(disabled=True))
    def post(self) -> Any:
        """Write without keys."""

    @signed_in()
    def put(self) -> Any:
        """Write as a signed-in user."""

    def get(self) -> Any:
        """Read."""


def test_a_write_without_a_sign_in_must_disable_keys(stub_routes: StubRoutes) -> None:
    with pytest.raises(TypeError, match=r"OpenController.post writes without a sign-in"):
        check_idempotency(OpenController(stub_routes.shop.database, None, None, None, None))  # type: ignore[arg-type]  # no collaborator is used


def test_a_write_with_a_sign_in_or_a_disabled_policy_is_accepted(stub_routes: StubRoutes) -> None:
    check_idempotency(DeclaredController(stub_routes.shop.database, None, None, None, None))  # type: ignore[arg-type]  # no collaborator is used
