"""Custom envelope for legacy clients.

Its keys can be renamed, hidden or added, and all failures can have one status. It is applied at the edge, after a
response is stored for its idempotency key, counted and logged. All other code knows the standard envelope and the true
status. Only the OpenAPI document is adapted elsewhere: its schemas are in a higher layer
(`shop.core.openapi.custom_envelope`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Request, Response

from shop.core.clock import Clock, format_rfc3339
from shop.core.http.etag import add_variant
from shop.core.http.negotiation import JSON
from shop.core.http.web_app import WebApp
from shop.core.settings.envelope import EXTRA, KEYS, OWN_STATUS, PAGE_KEYS, EnvelopeSettings, apply_names
from shop.core.trace import current_trace

# Health probes read the status only.
PROBE_PATHS = ("/livez", "/readyz")


def install_custom_envelope(app: WebApp, settings: EnvelopeSettings) -> "CustomEnvelope | None":
    """Apply the custom envelope of the settings to all responses.

    Returns None when the settings leave the envelope as it is. Must be called before other hooks are set.
    """
    if not (settings.envelope_names or settings.envelope_hide or settings.envelope_extra) and (
        settings.envelope_error_status == OWN_STATUS
    ):
        return None
    custom_envelope = CustomEnvelope.from_settings(settings)
    # The first registered response hook is called last.
    app.response_hooks.append(custom_envelope.apply)
    add_variant(app, (*settings.envelope_names, "", *settings.envelope_hide, "", *settings.envelope_extra))
    return custom_envelope


@dataclass(frozen=True)
class CustomEnvelope:
    """Custom keys of the envelope and the status of failures.

    A status of None keeps the status of each failure.
    """

    names: Mapping[str, str]
    page_names: Mapping[str, str]
    hidden: frozenset[str]
    extras: tuple[str, ...]
    status: int | None

    @classmethod
    def from_settings(cls, settings: EnvelopeSettings) -> "CustomEnvelope":
        """Create the envelope that the settings describe."""
        status = settings.envelope_error_status
        return cls(
            apply_names(settings.envelope_names, (*KEYS, EXTRA)),
            apply_names(settings.envelope_names, PAGE_KEYS, "data."),
            frozenset(settings.envelope_hide),
            settings.envelope_extra,
            None if status == OWN_STATUS else int(status),
        )

    def apply(self, request: Request, response: Response) -> Response:
        """Transform a response in the standard envelope.

        Other responses stay as they are.
        """
        if response.mimetype != JSON or response.direct_passthrough or not (text := response.get_data()):
            return response
        body = orjson.loads(text)
        if is_envelope(body):
            response.set_data(orjson.dumps(self.transform(body, {name: _EXTRAS[name]() for name in self.extras})))
            # The response to HEAD has no body with the true status, so it keeps its own.
            if (
                self.status
                and response.status_code >= 400
                and request.method != "HEAD"
                and request.path not in PROBE_PATHS
            ):
                response.status_code = self.status
        return response

    def transform(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
        """Return a standard envelope in its custom form."""
        data = body["data"]
        if isinstance(data, dict) and data.keys() == set(PAGE_KEYS):
            data = {self.page_names[key]: value for key, value in data.items()}
        whole = {**body, "data": data, **({EXTRA: extra} if extra else {})}
        return {self.names[key]: value for key, value in whole.items() if key not in self.hidden}


def is_envelope(body: Any) -> bool:
    """Return True when a value is an object with the four keys."""
    return isinstance(body, dict) and body.keys() == set(KEYS)


def _current_time() -> str:
    return format_rfc3339(Clock().now())


def _current_request_id() -> str:
    trace = current_trace()
    return trace.request_id if trace else ""


_EXTRAS: Mapping[str, Callable[[], str]] = {"time": _current_time, "request_id": _current_request_id}
