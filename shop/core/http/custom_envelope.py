"""The envelope as old clients want it: its keys named otherwise or left out, more beside them, failures as 200.

It is put on at the very edge, after the answer was kept for its idempotency key, counted and logged: whatever stands
inside knows one envelope and the true status. Where no setting asks for it nothing of this is there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, request

from shop.core.clock import Clock, format_rfc3339
from shop.core.http.etag import add_variant
from shop.core.http.negotiation import JSON
from shop.core.settings.envelope import EXTRA, KEYS, OWN_STATUS, PAGE_KEYS, EnvelopeSettings, apply_names
from shop.core.trace import current_trace

# Whoever asks these decides by the status alone.
PROBE_PATHS = ("/livez", "/readyz")


def install_custom_envelope(app: Flask, settings: EnvelopeSettings) -> "CustomEnvelope | None":
    """Put on every answer what the settings ask for; None: nothing. To be called before other hooks are set."""
    if not (settings.envelope_names or settings.envelope_hide or settings.envelope_extra) and (
        settings.envelope_error_status == OWN_STATUS
    ):
        return None
    dialect = CustomEnvelope.from_settings(settings)
    # Flask calls the hook last that was set first.
    app.after_request(dialect.apply)
    add_variant(app, (*settings.envelope_names, "", *settings.envelope_hide, "", *settings.envelope_extra))
    return dialect


@dataclass(frozen=True)
class CustomEnvelope:
    """What the keys are called, which are hidden, what is said besides; the status of failures, None for their own."""

    names: Mapping[str, str]
    page_names: Mapping[str, str]
    hidden: frozenset[str]
    extras: tuple[str, ...]
    status: int | None

    @classmethod
    def from_settings(cls, settings: EnvelopeSettings) -> "CustomEnvelope":
        """What the settings say."""
        forced = settings.envelope_error_status
        return cls(
            apply_names(settings.envelope_names, (*KEYS, EXTRA)),
            apply_names(settings.envelope_names, PAGE_KEYS, "data."),
            frozenset(settings.envelope_hide),
            settings.envelope_extra,
            None if forced == OWN_STATUS else int(forced),
        )

    def apply(self, answer: Response) -> Response:
        """The answer as it is sent: JSON of the envelope's four keys in this dialect, anything else as it is."""
        if answer.mimetype != JSON or answer.direct_passthrough or not (text := answer.get_data()):
            return answer
        body = orjson.loads(text)
        if is_envelope(body):
            answer.set_data(orjson.dumps(self.transform(body, {name: _EXTRAS[name]() for name in self.extras})))
            # Without its body a HEAD would not tell the truth at all.
            if (
                self.status
                and answer.status_code >= 400
                and request.method != "HEAD"
                and request.path not in PROBE_PATHS
            ):
                answer.status_code = self.status
        return answer

    def transform(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
        """An envelope in this dialect."""
        data = body["data"]
        if isinstance(data, dict) and data.keys() == set(PAGE_KEYS):
            data = {self.page_names[key]: value for key, value in data.items()}
        whole = {**body, "data": data, **({EXTRA: extra} if extra else {})}
        return {self.names[key]: value for key, value in whole.items() if key not in self.hidden}


def is_envelope(body: Any) -> bool:
    """Whether a value is an object of the four keys."""
    return isinstance(body, dict) and body.keys() == set(KEYS)


def _current_time() -> str:
    return format_rfc3339(Clock().now())


def _current_request_id() -> str:
    trace = current_trace()
    return trace.request_id if trace else ""


_EXTRAS: Mapping[str, Callable[[], str]] = {"time": _current_time, "request_id": _current_request_id}
