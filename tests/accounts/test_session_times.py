"""Times of sessions: refresh, expiry and purge."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from werkzeug.test import TestResponse

from shop.constants.session import RETENTION_SECONDS
from shop.core.settings.settings import Settings
from shop.jobs.session import PurgeSessionsJob
from tests.purchase.support.in_process_shop import InProcessShop, data_of

REGISTERED, SPENT = 201101, 401201
_numbers = count(1)
HOUR = timedelta(hours=1)


def open_session(shop: InProcessShop, agent: str = "") -> dict[str, str]:
    """Register a user and return its tokens."""
    body = {"name": "Ada", "email": f"ada-{next(_numbers)}@times.example", "password": "Correct-horse-1"}
    answer = shop.http.post("/api/v1/auth/register", json=body, headers={"User-Agent": agent})
    return dict(data_of(answer, REGISTERED))


def refresh(shop: InProcessShop, tokens: dict[str, str]) -> TestResponse:
    return shop.http.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


def test_a_refresh_extends_the_session(first_app: InProcessShop) -> None:
    tokens = open_session(first_app)
    hour = "INTERVAL 1 HOUR"
    columns = ", ".join(f"{name} = {name} - {hour}" for name in ("created_at", "refreshed_at", "expires_at"))
    first_app.change_row(f"UPDATE sessions SET {columns}")

    token = data_of(refresh(first_app, tokens), 200)["access_token"]

    (session,) = data_of(first_app.send("GET", "/auth/sessions", token), 200)["data"]
    began, refreshed, expires = (
        datetime.fromisoformat(session[name]) for name in ("created_at", "refreshed_at", "expires_at")
    )
    assert HOUR <= refreshed - began < 2 * HOUR
    assert expires - refreshed == timedelta(seconds=Settings().refresh_lifetime)


def test_an_expired_session_is_not_refreshed(first_app: InProcessShop) -> None:
    tokens = open_session(first_app)
    first_app.change_row("UPDATE sessions SET expires_at = UTC_TIMESTAMP() - INTERVAL 1 SECOND")

    data_of(refresh(first_app, tokens), SPENT)


AGES = {"ended": "ended_at", "expired": "expires_at"}


@pytest.mark.parametrize("column", AGES.values(), ids=AGES)
def test_the_purge_deletes_sessions_that_are_over_for_a_day(first_app: InProcessShop, column: str) -> None:
    seconds = {"old": RETENTION_SECONDS + 60, "recent": RETENTION_SECONDS - 60, "just_now": 0}
    open_session(first_app, "live")
    for agent, age in seconds.items():
        open_session(first_app, agent)
        sql = f"UPDATE sessions SET {column} = UTC_TIMESTAMP() - INTERVAL %s SECOND WHERE agent = %s"
        first_app.change_row(sql, age, agent)

    assert first_app.container.get(PurgeSessionsJob).run() == 1

    assert {agent for (agent,) in first_app.rows("SELECT agent FROM sessions")} == {"recent", "just_now", "live"}
