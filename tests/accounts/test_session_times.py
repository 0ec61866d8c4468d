"""Times in the list of sessions."""

from datetime import datetime, timedelta

from werkzeug.test import TestResponse

from shop.core.settings.settings import Settings
from tests.purchase.support.in_process_shop import InProcessShop, data_of

REGISTERED = 201101
HOUR = timedelta(hours=1)


def open_session(shop: InProcessShop) -> dict[str, str]:
    """Register a user and return its tokens."""
    body = {"name": "Ada", "email": "ada@times.example", "password": "Correct-horse-1"}
    return dict(data_of(shop.http.post("/api/v1/auth/register", json=body), REGISTERED))


def refresh(shop: InProcessShop, tokens: dict[str, str]) -> TestResponse:
    return shop.http.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


def test_a_session_shows_its_begin_its_refresh_and_its_end(first_app: InProcessShop) -> None:
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


def test_a_session_shows_the_printable_start_of_the_user_agent(first_app: InProcessShop) -> None:
    body = {"name": "Ada", "email": "ada@agents.example", "password": "Correct-horse-1"}
    headers = {"User-Agent": "Pho\x7fne\xad" + "x" * 300}
    token = data_of(first_app.http.post("/api/v1/auth/register", json=body, headers=headers), REGISTERED)[
        "access_token"
    ]

    (session,) = data_of(first_app.send("GET", "/auth/sessions", token), 200)["data"]

    assert session["agent"] == "Phone" + "x" * 195
