"""Process that measures requests to the app of one commit, in the process itself.

It is started by its path, with the folder of the commit in PYTHONPATH, so that `shop` and the reference routes are
those of the commit. Each line of its input is a kind of request and a number; it answers with the processor seconds.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import count, cycle
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import benchmarks.targets
from shop.app import web_app
from shop.container import Container
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.settings.settings import Settings
from shop.jobs.seed import DEMO_ADMIN, SeedJob
from shop.jobs.stock import LoadStockJob
from shop.migrations import runner

# What a commit before this one lacks is that of the checkout.
benchmarks.targets.__path__.append(str(Path(__file__).parent))
from benchmarks.load.accounts import AccountFactory  # noqa: E402 - after the path is complete
from benchmarks.targets import bare_purchase, plain_flask  # noqa: E402

BUYERS, ITEMS, TENANT_ID = 16, 15, 1
# The writer of the log ends its work before the clock is read.
LOG_SECONDS = 0.03
JSON = "application/json"


class Kind(NamedTuple):
    """Kind of request: its app, its WSGI environments and its status."""

    app: Any
    environs: Iterator[dict[str, Any]]
    status: str


def build_environ(method: str, path: str, token: str = "", body: bytes = b"", query: str = "") -> dict[str, Any]:
    """Build the environment of a request with these headers, as granian does."""
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        **({"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}),
        **({"CONTENT_TYPE": JSON, "CONTENT_LENGTH": str(len(body)), "body": body} if body else {}),
    }


def call(app: Any, environ: dict[str, Any]) -> tuple[str, bytes]:
    """Call an app, and return status and body."""
    statuses: list[str] = []
    parts = app(
        {**environ, "wsgi.input": BytesIO(environ.get("body", b""))}, lambda status, *_: statuses.append(status)
    )
    body = b"".join(parts)
    if close := getattr(parts, "close", None):
        close()
    return statuses[0], body


def measure(kind: Kind, number: int) -> float:
    """Send requests of a kind, and return the processor seconds of all threads.

    Ends the process when a request fails.
    """
    started = time.process_time()
    for _ in range(number):
        status, body = call(kind.app, next(kind.environs))
        if not status.startswith(kind.status):
            sys.exit(f"{status}: {body.decode()}")
    time.sleep(LOG_SECONDS)
    return time.process_time() - started


def create_app() -> Any:
    """Create the app of a web process with the reference routes, and its first data."""
    # The app as it is served, with its log and its monitors.
    vars(bare_purchase)["create_app"] = web_app
    settings = Settings.load()
    container = Container(settings)
    runner.upgrade(container.get(Database).engine)
    container.get(SeedJob).run()
    return bare_purchase.create_target()


def create_kinds(app: Any) -> dict[str, Kind]:
    """Create items and buyers, and return the kinds of requests."""
    container: Container = app.extensions["shop"]
    item, *_ = [_create_item(app, container) for _ in range(ITEMS)]
    tokens = AccountFactory.from_container(container).create_buyers(BUYERS)
    plain_app = plain_flask.create_plain_app(container.get(Tokens))

    def build(status: str, method: str, path: str, body: bytes = b"", query: str = "", on: Any = app) -> Kind:
        environs = [build_environ(method, path, token, body, query) for token in tokens]
        return Kind(on, cycle(environs), status)

    purchase = ("POST", f"/api/v1/items/{item}/purchase")
    quantity: dict[str, Any] = {"body": b'{"quantity": 1}'}
    return {
        "plain": build("202", "POST", f"/plain/{item}", on=plain_app, **quantity),
        "bare": build("202", "POST", f"/bare/{item}", **quantity),
        "same": build("202", "POST", f"/same/{item}", **quantity),
        "item": build("200", "GET", f"/api/v1/items/{item}"),
        "list": build("200", "GET", "/api/v1/items", query=f"per_page={ITEMS}"),
        "purchase": build("202", *purchase, **quantity),
        "keyed purchase": _with_keys(build("202", *purchase, **quantity)),
    }


def _with_keys(kind: Kind) -> Kind:
    numbers = count(1)
    environs = ({**environ, "HTTP_IDEMPOTENCY_KEY": f"key-{next(numbers)}"} for environ in kind.environs)
    return kind._replace(environs=environs)


def _create_item(app: Any, container: Container) -> int:
    _, email, password, _ = DEMO_ADMIN

    def post(path: str, token: str, **fields: Any) -> dict[str, Any]:
        environ = build_environ("POST", f"/api/v1{path}", token, json.dumps(fields).encode())
        _, body = call(app, {**environ, "HTTP_IDEMPOTENCY_KEY": uuid4().hex})
        answered: dict[str, Any] = json.loads(body)["data"]
        return answered

    token = str(post("/auth/login", "", email=email, password=password)["access_token"])
    fields = {
        "name": "The last ones",
        "price_minor": 4_200,
        "currency": "EUR",
        "stock": 1_000_000_000,
        "status": "on_sale",
    }
    item_id = int(post("/items", token, **fields)["id"])
    container.get(LoadStockJob).run(TENANT_ID, item_id)
    return item_id


def serve(read: Callable[[], str]) -> None:
    """Measure what each line asks for, until the input ends."""
    kinds = create_kinds(create_app())
    print(json.dumps(list(kinds)), flush=True)
    while line := read():
        name, number = json.loads(line)
        print(measure(kinds[name], number), flush=True)


if __name__ == "__main__":
    serve(sys.stdin.readline)
