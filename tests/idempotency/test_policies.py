"""How routes, blueprints and settings treat keys."""

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
NOT_A_FUNCTION = "nobody"


def by_team(request: Request, _who: Principal) -> str | None:
    """Whose a key is: the team's that a request names."""
    return request.headers.get("X-Team")


def lives(bell: StubRoutes) -> dict[str, int]:
    """Key -> seconds that its record lives."""
    life = "SELECT `key`, TIMESTAMPDIFF(MICROSECOND, created_at, expires_at) FROM idempotency_records"
    return {key: round(microseconds / 10**6) for key, microseconds in bell.shop.rows(life)}


def test_without_a_policy_a_key_is_needed(stub_routes: StubRoutes) -> None:
    assert data_of(stub_routes.post(), MISSING)["header"] == "Idempotency-Key"
    assert stub_routes.received == []


def test_a_setting_makes_keys_optional(make_stub_routes: MakeStubRoutes) -> None:
    bell = make_stub_routes(idempotency_required=False)

    assert [bell.post().status_code for _ in range(2)] == [200, 200]
    assert is_replay(bell.post_twice("k")[1])
    assert len(bell.received) == 3


def test_a_route_says_that_no_key_is_needed_and_that_words_are_not_compared(stub_routes: StubRoutes) -> None:
    assert stub_routes.post(path="/bells/free").status_code == 200

    assert not is_replay(stub_routes.post({"a": 1}, "k", path="/bells/free"))
    assert is_replay(stub_routes.post({"a": 2}, "k", path="/bells/free"))


def test_a_route_needs_a_key_though_the_setting_does_not(make_stub_routes: MakeStubRoutes) -> None:
    bell = make_stub_routes(idempotency_required=False)

    data_of(bell.post(path="/bells/free", verb="PUT"), MISSING)


def test_a_route_excludes_fields_from_the_comparison(stub_routes: StubRoutes) -> None:
    put = {"path": "/bells/free", "verb": "PUT"}
    stub_routes.post({"a": 1, "sent_at": 1}, "k", **put)

    assert is_replay(stub_routes.post({"a": 1, "sent_at": 2}, "k", **put))
    assert data_of(stub_routes.post({"a": 2, "sent_at": 1}, "k", **put), 422004)["part"] == "body"


def test_a_route_says_how_long_its_answers_live(stub_routes: StubRoutes) -> None:
    stub_routes.post({}, "short", path="/bells/free", verb="PUT")
    stub_routes.post({}, "long")

    assert lives(stub_routes) == {"short": 60, "long": 86_400}


def test_a_blueprint_gives_its_policy_to_routes_that_have_none(stub_routes: StubRoutes) -> None:
    assert stub_routes.post(path="/chimes").status_code == 200
    stub_routes.post({}, "k", path="/chimes")

    assert lives(stub_routes) == {"k": 60}


def test_keys_mean_nothing_where_the_policy_is_off(stub_routes: StubRoutes) -> None:
    first, again = (stub_routes.post({}, "k", path="/chimes", verb="DELETE") for _ in range(2))

    assert (first.status_code, again.status_code, len(stub_routes.received)) == (200, 200, 2)


def test_enforced_where_it_is_declared_only(make_stub_routes: MakeStubRoutes) -> None:
    bell = make_stub_routes(idempotency_enforce="declared")

    assert not is_replay(bell.post_twice("k")[1])
    data_of(bell.post(path="/bells/free", verb="PUT"), MISSING)
    bell.post({}, "c", path="/chimes")
    assert is_replay(bell.post({}, "c", path="/chimes"))


def test_a_verb_that_is_not_enforced_takes_no_keys(make_stub_routes: MakeStubRoutes) -> None:
    bell = make_stub_routes(idempotency_verbs=("put",))

    assert not is_replay(bell.post_twice("k")[1])
    data_of(bell.post(path="/bells/free", verb="PUT"), MISSING)


def test_a_resolver_says_whose_a_key_is(make_stub_routes: MakeStubRoutes) -> None:
    bell = make_stub_routes(idempotency_scope_resolver=f"{__name__}:by_team")
    other = bell.shop.buyer()

    def asked(token: str, team: str | None, key: str) -> bool:
        return is_replay(bell.post({}, key, token=token, headers={"X-Team": team} if team else {}))

    assert [asked(bell.user, "red", "k"), asked(other, "red", "k"), asked(other, "blue", "k")] == [False, True, False]
    # Where it answers None, the key is the user's.
    assert [asked(bell.user, None, "k"), asked(other, None, "k"), asked(other, None, "k")] == [False, False, True]


@pytest.mark.parametrize(
    ("one", "other"),
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
def test_no_scope_and_key_run_together_into_anothers(
    make_stub_routes: MakeStubRoutes, one: tuple[str, str], other: tuple[str, str]
) -> None:
    bell = make_stub_routes(idempotency_scope_resolver=f"{__name__}:by_team")

    answers = [bell.post({}, key, headers={"X-Team": team}) for team, key in (one, other, one, other)]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [is_replay(answer) for answer in answers] == [False, False, True, True]


@pytest.mark.parametrize(
    "name", ["nowhere:f", f"{__name__}:nothing", "no colon", "a:b:c", f"{__name__}:NOT_A_FUNCTION"]
)
def test_a_resolver_that_does_not_exist_stops_the_start_with_one_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^SHOP_IDEMPOTENCY_SCOPE_RESOLVER names no function: .*\.$"):
        create_app(Settings(var=str(tmp_path), idempotency_scope_resolver=name))


@dataclass(eq=False)
class OpenController(Controller):
    """Takes writes from anybody."""

    def post(self) -> Any:
        """Forget to say anything about keys."""


@dataclass(eq=False)
class FrankController(Controller):
    """Says how it treats keys, and reads for anybody."""

    @idempotent(IdempotencyPolicy(disabled=True))
    def post(self) -> Any:
        """Take no keys."""

    @signed_in()
    def put(self) -> Any:
        """Ask who calls."""

    def get(self) -> Any:
        """Read."""


def test_a_write_without_a_sign_in_has_to_say_that_it_takes_no_keys(stub_routes: StubRoutes) -> None:
    with pytest.raises(TypeError, match=r"OpenController.post writes without a sign-in"):
        check_idempotency(OpenController(stub_routes.shop.database, None, None, None, None))  # type: ignore[arg-type]  # nobody is asked


def test_a_write_that_says_so_or_asks_who_calls_may_start(stub_routes: StubRoutes) -> None:
    check_idempotency(FrankController(stub_routes.shop.database, None, None, None, None))  # type: ignore[arg-type]  # nobody is asked
