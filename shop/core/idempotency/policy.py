"""Idempotency policy of a route."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shop.core.errors import CoreExceptionCode
from shop.core.idempotency.key_spelling import KEY_PATTERN
from shop.core.openapi.annotations import annotate
from shop.core.openapi.failures import FAILURES, Failing, failing
from shop.core.settings.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

WRITE_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class IdempotencyPolicy:
    """Use of idempotency keys by one route."""

    # None: as in the settings.
    required: bool | None = None
    # Seconds; None: as in the settings.
    ttl: int | None = None
    # A request with another body is another request. `excluded_fields` of a JSON body may differ.
    compare_body: bool = True
    excluded_fields: frozenset[str] = frozenset()
    # False for a route that stores its result itself, under `current_idempotency_key()`.
    store_response: bool = True
    # True for a route that ignores keys.
    disabled: bool = False


DEFAULT_POLICY = IdempotencyPolicy()
# Only a required header is filled in by tools; docs.js replaces this value at each request.
KEY_EXAMPLE = "a-new-value-for-each-request"
_OTHER_REQUEST = (
    failing(CoreExceptionCode.KEY_OTHER_METHOD, part="method"),
    failing(CoreExceptionCode.KEY_OTHER_PATH, part="path"),
    failing(CoreExceptionCode.KEY_OTHER_REQUEST, part="body"),
)
_REPLAY_HEADERS = {
    "Idempotency-Relayed": {
        "description": "The key, if the response is a replay.",
        "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]+$"},
    },
    "Idempotent-Replayed": {
        "description": "`true`, if the response is a replay.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Idempotency-Replay": {
        "description": "`omitted`, if the response is a replay whose body was too large to store.",
        "schema": {"type": "string", "enum": ["omitted"]},
    },
}


def idempotent(policy: IdempotencyPolicy) -> Callable[[F], F]:
    """Declare the idempotency policy of a Controller's method."""

    def decorator(view: F) -> F:
        view.__idempotency_policy__ = policy  # type: ignore[attr-defined]  # an attribute, which functools.wraps copies
        return view

    return decorator


def apply_default_policy(controller: type[Any], policy: IdempotencyPolicy | None) -> None:
    """Give writes without a policy the one of their blueprint."""
    for verb in WRITE_METHODS & set(controller.methods):
        view = getattr(controller, verb.lower())
        if policy and not hasattr(view, "__idempotency_policy__"):
            view.__idempotency_policy__ = policy
        # Read by the generator of the OpenAPI document.
        annotate(view, "idempotency_policy", getattr(view, "__idempotency_policy__", None))


def get_policy(controller: type, verb: str, settings: Settings) -> IdempotencyPolicy | None:
    """Return the policy of a method, or None where keys are ignored."""
    declared = getattr(getattr(controller, verb.lower(), None), "__idempotency_policy__", None)
    return effective_policy(declared, verb, settings)


def effective_policy(declared: IdempotencyPolicy | None, verb: str, settings: Settings) -> IdempotencyPolicy | None:
    """Apply the settings to a declared policy.

    Returns None where keys are ignored.
    """
    policy = declared or (DEFAULT_POLICY if settings.idempotency_enforce == "all" else None)
    enforced = {name.upper() for name in settings.idempotency_verbs}
    return None if policy is None or policy.disabled or verb not in enforced else policy


def is_required(policy: IdempotencyPolicy, settings: Settings) -> bool:
    """Return True if a request without a key is refused."""
    return settings.idempotency_required if policy.required is None else policy.required


def describe_idempotency_key(operation: dict[str, Any], policy: IdempotencyPolicy, settings: Settings) -> None:
    """Add headers and errors of idempotency to an OpenAPI operation."""
    seconds = policy.ttl or settings.idempotency_ttl
    header = {
        "in": "header",
        "name": settings.idempotency_header,
        "required": is_required(policy, settings),
        "description": f"Makes it safe to repeat the request, for {seconds} seconds.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN, "example": KEY_EXAMPLE},
    }
    operation["parameters"] = [*operation.get("parameters", []), header]
    for response in operation["responses"].values():
        if isinstance(response, dict):
            response["headers"] = {**response.get("headers", {}), **_REPLAY_HEADERS}
    operation[FAILURES] += _list_failures(policy, settings)


def _list_failures(policy: IdempotencyPolicy, settings: Settings) -> list[Failing]:
    header = settings.idempotency_header
    failures: list[Failing] = [
        failing(CoreExceptionCode.KEY_FORMAT, header=header),
        failing(CoreExceptionCode.KEY_REPEATED, header=header),
        CoreExceptionCode.KEY_IN_PROGRESS,
    ]
    if is_required(policy, settings):
        failures.append(failing(CoreExceptionCode.KEY_MISSING, header=header))
    if settings.idempotency_on_duplicate == "error":
        failures.append(CoreExceptionCode.KEY_DUPLICATE)
    if policy.store_response:
        failures.append(CoreExceptionCode.RECORD_CORRUPT)
    return [*failures, *_OTHER_REQUEST]


def check_idempotency(controller: Any) -> None:
    """Raise TypeError for a write that cannot use keys.

    A write needs a sign-in, or a policy that is `disabled`. Called at start.
    """
    for verb in sorted(WRITE_METHODS & set(controller.methods)):
        view = getattr(type(controller), verb.lower())
        if not hasattr(view, "__guards__") and not getattr(view, "__idempotency_policy__", DEFAULT_POLICY).disabled:
            name = type(controller).__name__
            raise TypeError(
                f"{name}.{verb.lower()} writes without a sign-in: add @idempotent(IdempotencyPolicy(disabled=True))."
            )
