"""Hooks of an app: its own around those of Flask, which all work as in Flask."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Blueprint, Flask, Request, Response, after_this_request, g, session, signals
from werkzeug.exceptions import Conflict

from shop.core.http.web_app import WebApp

SIGNALS = (
    signals.appcontext_pushed,
    signals.request_started,
    signals.request_finished,
    signals.request_tearing_down,
    signals.appcontext_tearing_down,
    signals.appcontext_popped,
)


def make_app(calls: list[str], kind: type[Flask] = WebApp) -> Flask:
    app, blueprint = kind("test"), Blueprint("part", __name__)

    def note(name: str) -> Callable[..., Any]:
        def hook(*args: Any) -> Any:
            calls.append(name)
            return args[0] if "after" in name else None

        return hook

    for owner, name in ((app, "app"), (blueprint, "part")):
        owner.before_request(note(f"before {name}"))
        owner.after_request(note(f"after {name}"))
        owner.teardown_request(note(f"teardown {name}"))
        owner.url_value_preprocessor(note(f"values {name}"))
    app.teardown_appcontext(note("teardown context"))

    @blueprint.get("/view")
    def view() -> str:
        calls.append("view")
        after_this_request(note("after this"))
        return "body"

    app.register_blueprint(blueprint)
    return app


def add_own_hooks(app: Any, calls: list[str]) -> None:
    def enter(name: str, _: Request) -> None:
        calls.append(f"enter {name}")

    def leave(name: str, _: Request, response: Response) -> Response:
        calls.append(f"leave {name}")
        return response

    for name in ("outer", "inner"):
        app.request_hooks.append(partial(enter, name))
        app.response_hooks.append(partial(leave, name))
        app.end_hooks.append(partial(calls.append, f"end {name}"))


def test_own_hooks_are_around_those_of_flask() -> None:
    calls: list[str] = []
    app = make_app(calls)
    add_own_hooks(app, calls)

    assert app.test_client().get("/view").data == b"body"

    flask_calls: list[str] = []
    make_app(flask_calls, Flask).test_client().get("/view")
    start, end = flask_calls.index("teardown part"), flask_calls.index("teardown context")
    assert calls == [
        "enter outer",
        "enter inner",
        *flask_calls[:start],
        "leave inner",
        "leave outer",
        *flask_calls[start:end],
        "end outer",
        "end inner",
        *flask_calls[end:],
    ]


def test_end_hooks_are_called_after_a_hook_of_flask_has_failed() -> None:
    calls: list[str] = []
    app: Any = make_app(calls)
    app.teardown_request(lambda _: 1 / 0)
    app.end_hooks.append(partial(calls.append, "end"))

    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/view")

    assert calls[-2:] == ["end", "teardown context"]


def test_a_request_hook_can_answer_or_fail() -> None:
    calls: list[str] = []
    app: Any = make_app(calls)

    def refuse(request: Request) -> Response | None:
        if request.args.get("fail"):
            raise Conflict
        return Response("early", 202)

    app.request_hooks.append(refuse)
    add_own_hooks(app, calls)
    app.register_error_handler(Conflict, lambda _: ("handled", 409))
    client = app.test_client()

    assert [(client.get(path).status_code, client.get(path).data) for path in ("/view", "/view?fail=1")] == [
        (202, b"early"), (409, b"handled")
    ]  # fmt: skip
    assert calls.count("leave outer") == 4
    assert {"view", "before app", "enter outer"}.isdisjoint(calls)


def test_a_response_hook_can_replace_the_response_or_fail() -> None:
    app: Any = make_app([])
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.response_hooks.append(lambda request, _: Response(request.path) if request.args else 1 / 0)

    assert app.test_client().get("/view?replace=1").data == b"/view"
    assert app.test_client().get("/view").status_code == 500


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: str(signal.name))
def test_signals_are_sent_to_their_receivers(signal: Any) -> None:
    app, other, sent = make_app([]), make_app([]), []

    def receive(sender: Flask, **_: Any) -> None:
        sent.append(sender)

    with signal.connected_to(receive, app):
        app.test_client().get("/view")
        other.test_client().get("/view")

    assert sent == [app]


def test_a_session_a_test_client_and_a_request_context_work() -> None:
    app = make_app([])
    app.secret_key = "a secret of this test"

    @app.get("/session")
    def read_session() -> dict[str, Any]:
        session["number"] = session.get("number", 0) + 1
        g.seen = session["number"]
        return {"number": g.seen}

    with app.test_client() as client:
        assert [(client.get("/session").json or {})["number"] for _ in range(3)] == [1, 2, 3]
        assert g.seen == 3
    with app.test_request_context("/session"):
        assert app.preprocess_request() is None
        assert app.full_dispatch_request().json == {"number": 1}
