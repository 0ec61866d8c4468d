"""Flask app with a memory of paths, and with direct hooks."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request, Response, signals
from flask.ctx import RequestContext
from flask.typing import ResponseReturnValue
from werkzeug.routing import MapAdapter, Rule

from shop.core.http.request import current_context, current_request

# Entries of a memory, which is emptied when it is full, and characters of a host or path in it.
MEMORY_MAX, LENGTH_MAX = 4096, 255
K = TypeVar("K", tuple[str, str, str], tuple[str, str, bool])
V = TypeVar("V")
RequestHook = Callable[[Request], Response | None]
ResponseHook = Callable[[Request, Response], Response]
Call = TypeVar("Call", bound=Callable[..., Any])


class WebApp(Flask):
    """Flask app that remembers the hosts and paths of its requests.

    To check a host and to match a path costs more than a simple view. The memory belongs to the app: another app of the
    same process has other routes.

    Its own hooks get the request as an argument. They are around those of Flask: `request_hooks` run before all
    others, `response_hooks` after all others and in reverse order, `end_hooks` when the response is made. The steps of
    Flask that serve extensions are left out while no extension uses them.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known_hosts: dict[tuple[str, str, str], MapAdapter] = {}
        self.known_paths: dict[tuple[str, str, bool], tuple[Rule, dict[str, Any]]] = {}
        self.request_hooks: list[RequestHook] = []
        self.response_hooks: list[ResponseHook] = []
        self.end_hooks: list[Callable[[], None]] = []

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """Return the context of a request."""
        return _Context(self, environ)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the matcher of a request's path."""
        environ = request.environ if request else {}
        host, path = environ.get("HTTP_HOST"), environ.get("PATH_INFO")
        if request is None or not host or not path or "HTTP_UPGRADE" in environ:
            return super().create_url_adapter(request)
        key = request.scheme, host, request.root_path
        known = self.known_hosts.get(key)
        if known is None:
            if adapter := super().create_url_adapter(request):
                _remember(self.known_hosts, key, adapter)
            return adapter
        return MapAdapter(
            known.map,
            known.server_name,
            known.script_name,
            known.subdomain,
            known.url_scheme,
            request.path,
            environ["REQUEST_METHOD"],
            request.query_string.decode(errors="replace"),
        )

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Call the hooks before the view, until one returns a response."""
        request = current_request()
        for hook in self.request_hooks:
            if (response := hook(request)) is not None:
                return response
        return super().preprocess_request() if self.before_request_funcs or self.url_value_preprocessors else None

    def process_response(self, response: Response) -> Response:
        """Call the hooks that complete a response."""
        context: Any = current_context()
        has_session = not self.session_interface.is_null_session(context._session)
        if self.after_request_funcs or context._after_request_functions or has_session:
            response = super().process_response(response)
        for hook in reversed(self.response_hooks):
            response = hook(context.request, response)
        return response

    def do_teardown_request(self, *error: Any) -> None:
        """Call the hooks at the end of a request."""
        try:
            if self.teardown_request_funcs or signals.request_tearing_down.receivers:
                super().do_teardown_request(*error)
        finally:
            for hook in self.end_hooks:
                hook()

    def do_teardown_appcontext(self, *error: Any) -> None:
        """Call Flask's hooks at the end of an app context."""
        if self.teardown_appcontext_funcs or signals.appcontext_tearing_down.receivers:
            super().do_teardown_appcontext(*error)

    def ensure_sync(self, func: Call) -> Call:
        """Return the function unchanged.

        No view is async. Flask would inspect every view and hook at each request.
        """
        return func


class _Context(RequestContext):
    """Context of a request to an app that remembers paths."""

    def match_request(self) -> None:
        """Find the rule of the path and the values in it."""
        app: Any = self.app
        adapter: Any = self.url_adapter
        request, key = self.request, (adapter.default_method, adapter.path_info, adapter.websocket)
        if known := app.known_paths.get(key):
            rule, values = known
            # A copy, since hooks may change the values of their request.
            request.url_rule, request.view_args = rule, dict(values)
            return
        super().match_request()
        if request.view_args is not None:
            _remember(app.known_paths, key, (request.url_rule, dict(request.view_args)))


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    if len(key[1]) > LENGTH_MAX:
        return
    if len(memory) >= MEMORY_MAX:
        memory.clear()
    memory[key] = value
