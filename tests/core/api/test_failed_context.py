"""Requests that fail before the hooks of the app, when their context is made."""

from pathlib import Path
from typing import Any, NoReturn

from flask.sessions import SessionInterface

from shop.core.api.setup import configure_app
from shop.core.http.web_app import WebApp
from shop.core.metrics.metrics import Metrics
from shop.core.middleware.access_log import REQUEST_ID_HEADER, serve_access_log
from shop.core.middleware.request_metrics import measure_requests
from shop.core.settings.settings import Settings
from tests.core.metrics.test_metrics import render_lines


class FailingSessions(SessionInterface):
    """Session store that fails, while Flask makes the context of a request."""

    def open_session(self, *_: Any) -> NoReturn:
        raise OSError("broken")


def test_a_request_without_a_trace_is_answered_and_not_measured(tmp_path: Path) -> None:
    app, settings = WebApp("x"), Settings(var=str(tmp_path))
    metrics = Metrics(settings)
    serve_access_log(app, settings)
    configure_app(app, settings)
    measure_requests(app, metrics)
    client, sessions = app.test_client(), app.session_interface
    assert REQUEST_ID_HEADER in client.get("/none").headers

    app.session_interface = FailingSessions()
    failed = client.get("/none")

    assert (failed.status_code, (failed.json or {})["code"]) == (500, 500)
    assert REQUEST_ID_HEADER not in failed.headers
    counts = [line for line in render_lines(metrics) if line.startswith("shop_http_request_seconds_count")]
    assert [line.split('status="')[1] for line in counts] == ['404"} 1.0']
    app.session_interface = sessions
