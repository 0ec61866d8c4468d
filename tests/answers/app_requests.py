"""Requests to apps with other settings, and to apps whose stores are down."""

import time
from collections.abc import Iterator
from dataclasses import replace

from tests.answers.recorded_shop import API, ORIGIN, PASSWORD, RecordedShop, Rows, write
from tests.answers.recorder import Recorder
from tests.answers.route_requests import choose_preferences, prefer
from tests.answers.wsgi_calls import Call
from tests.support.limits import NAMES

# Name of an app -> its settings, as text; {folder} is that of the shop.
APPS = {
    "strategy watch": {"purchase_strategy": "watch"},
    "strategy lock": {"purchase_strategy": "lock"},
    "strategy db": {"purchase_strategy": "db"},
    "low limits": dict.fromkeys(NAMES, "2/day"),
    "no limits": dict.fromkeys(NAMES, "off"),
    "custom envelope": {
        "envelope_names": "code=errno,data=result,data.data=rows,extra=more",
        "envelope_hide": "message",
        "envelope_extra": "request_id",
        "envelope_error_status": "200",
        "list_words": "search=q,per_page=limit",
    },
    "production": {
        "env": "production", "cors_origins": "*", "hsts_seconds": "600", "security_headers": "false",
        "jwt_keys_file": "{folder}/jwt-keys.json", "admin_email": "a@shop.example", "admin_password": "Admin-demo-1",
    },
    "debug": {"debug": "true", "database_url": "sqlite:///{folder}/without-tables.sqlite3"},
    "no tables": {"database_url": "sqlite:///{folder}/without-tables.sqlite3"},
    "other keys": {
        "idempotency_header": "X-Write-Id", "idempotency_required": "false", "idempotency_on_duplicate": "error",
    },
    "no Redis": {"redis_url": "unix:///nowhere/valkey.sock"},
    "no database": {"database_url": "sqlite:////nowhere/shop.sqlite3"},
    "no CORS": {"cors_origins": "", "api_contact": "help@shop.example"},
}  # fmt: skip


def record_apps(shop: RecordedShop, recorder: Recorder) -> None:
    """Record some requests to an app of each kind of settings."""
    for number, (name, settings) in enumerate(APPS.items()):
        recorder.section = name
        given = {key: value.format(folder=shop.folder) for key, value in settings.items()}
        app = shop.create_app(**given)
        for language, form in choose_preferences(number):
            rows = shop.create_rows()
            for call in _list_calls(shop, rows):
                recorder.record(app, replace(prefer(call, language, form), note=f"{call.note}, {language}, {form}"))
            shop.drain(rows.ids["item_id"])
    _record_expired(shop, recorder)


def _list_calls(shop: RecordedShop, rows: Rows) -> Iterator[Call]:
    item, account = rows.ids["item_id"], {"email": rows.email, "password": PASSWORD}
    for number in range(4):
        yield write("GET", f"/items/{item}", rows.token, None, {"Origin": ORIGIN}, f"read {number}")
    yield from _list_purchases(rows, item)
    yield write("GET", "/orders?per_page=2", rows.token, None)
    yield write("GET", "/items?q=tea&limit=1", "", None)
    yield write("GET", "/auth/me", rows.token, None)
    yield write("GET", "/items", "", None, {"X-Tenant": "second"})
    yield write("GET", f"/orders/{rows.ids['order_id']}", rows.token, None)
    for number in range(3):
        yield write("POST", "/auth/login", "", account, note=f"sign-in {number}")
    yield write("POST", "/auth/login", "", {**account, "password": "Wrong-horse-1"}, note="wrong password")
    yield write("POST", "/auth/register", "", {"name": "", "email": "x", "password": "x"}, note="invalid")
    yield write("PATCH", f"/items/{item}", shop.admin, {"price_minor": 901})
    yield write("POST", f"/items/{item}/stock-adjustments", shop.admin, {"delta": -2, "reason": "broken"})
    yield write("POST", f"/orders/{rows.ids['order_id']}/cancel", rows.token, None)
    yield write("DELETE", f"/items/{item}", shop.admin, None)
    yield Call("OPTIONS", f"{API}/items", {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
    for target in ("/", "/livez", "/readyz", "/metrics", "/docs", "/nowhere", f"{API}/nowhere", "/errors"):
        yield Call("GET", target, {"Authorization": f"Bearer {rows.token}"})


def _list_purchases(rows: Rows, item: int) -> Iterator[Call]:
    path, keyed = f"/items/{item}/purchase", write("POST", f"/items/{item}/purchase", rows.token, {"quantity": 2})
    for number in range(3):
        yield replace(keyed, note=f"purchase with a key, time {number}")
    yield replace(keyed, body=b'{"quantity": 1}', note="purchase with a used key")
    other = {name: value for name, value in keyed.headers.items() if name != "Idempotency-Key"}
    yield replace(keyed, headers={**other, "X-Write-Id": f"write-{item}"}, note="purchase with another header")
    yield replace(keyed, headers=other, note="purchase without a key")
    yield replace(keyed, headers={**other, "Prefer": "wait=0"}, note="purchase that prefers not to wait")
    yield write("POST", path, rows.token, {"quantity": 49}, note="too many")
    yield write("POST", path, rows.token, {"quantity": 10**9}, note="beyond all bounds")
    yield write("POST", f"/items/{rows.ids['draft_id']}/purchase", rows.token, {"quantity": 1}, note="a draft")


def _record_expired(shop: RecordedShop, recorder: Recorder) -> None:
    recorder.section = "expired tokens"
    rows = shop.create_rows()
    token = shop.sign_in(rows.email, PASSWORD, app=shop.create_app(access_lifetime="1"))
    time.sleep(2.1)
    for language, form in choose_preferences(0):
        for call in _list_calls(shop, Rows(token, rows.refresh_token, rows.email, rows.ids)):
            recorder.record(shop.app, replace(prefer(call, language, form), note=f"{call.note}, {language}, {form}"))
