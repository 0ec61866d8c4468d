"""How a route treats idempotency keys, said beside it in one line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shop.core.openapi.envelopes import error_name
from shop.core.settings.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

WRITE_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class IdempotencyPolicy:
    """What differs from the settings; None: nothing. `ttl` in seconds.

    `compare`: whether another body is another request; fields of it that are `excluded` may differ. `recorded`: whether
    the answer is kept here; a route that keeps it elsewhere asks for the ticket. `off`: keys mean nothing here.
    """

    required: bool | None = None
    ttl: int | None = None
    compare_body: bool = True
    excluded_fields: frozenset[str] = frozenset()
    store_response: bool = True
    disabled: bool = False


DEFAULT_POLICY = IdempotencyPolicy()
_ERROR_STATUSES = (400, 409, 422)
_REPLAY_HEADERS = {
    "Idempotency-Relayed": {
        "description": "The key, when the answer was given before.",
        "schema": {"type": "string", "maxLength": 255},
    },
    "Idempotent-Replayed": {
        "description": "`true`, when the answer was given before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Idempotency-Replay": {
        "description": "`omitted`, when the body was given before and was too large to keep.",
        "schema": {"type": "string", "enum": ["omitted"]},
    },
}


def idempotent(policy: IdempotencyPolicy) -> Callable[[F], F]:
    """Say how a method treats keys."""

    def decorator(view: F) -> F:
        view.__idempotency_policy__ = policy  # type: ignore[attr-defined]  # a mark, carried upwards by functools.wraps
        return view

    return decorator


def apply_default_policy(controller: type[Any], policy: IdempotencyPolicy | None) -> None:
    """Give the writes of a Controller the policy of their blueprint, where they say nothing themselves."""
    for verb in WRITE_METHODS & set(controller.methods):
        view = getattr(controller, verb.lower())
        if policy and not hasattr(view, "__idempotency_policy__"):
            view.__idempotency_policy__ = policy
        # For the documentation of this route.
        view._apidoc["idempotency_policy"] = getattr(view, "__idempotency_policy__", None)


def get_policy(controller: object, verb: str, settings: Settings) -> IdempotencyPolicy | None:
    """The policy of a write; None where keys mean nothing."""
    return effective_policy(
        getattr(getattr(type(controller), verb.lower(), None), "__idempotency_policy__", None), verb, settings
    )


def effective_policy(declared: IdempotencyPolicy | None, verb: str, settings: Settings) -> IdempotencyPolicy | None:
    """What the settings make of a declared policy; None where keys mean nothing."""
    policy = declared or (DEFAULT_POLICY if settings.idempotency_enforce == "all" else None)
    enforced = {word.upper() for word in settings.idempotency_verbs}
    return None if policy is None or policy.disabled or verb not in enforced else policy


def is_required(policy: IdempotencyPolicy, settings: Settings) -> bool:
    """Whether a request without a key is refused."""
    return settings.idempotency_required if policy.required is None else policy.required


def describe_idempotency_key(operation: dict[str, Any], policy: IdempotencyPolicy, settings: Settings) -> None:
    """Add to an operation of the OpenAPI document what a key does there: header, marks of a replay, failures."""
    seconds = policy.ttl or settings.idempotency_ttl
    header = {
        "in": "header",
        "name": settings.idempotency_header,
        "required": is_required(policy, settings),
        "description": f"Makes it safe to send the request again, for {seconds} seconds.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$", "example": "refund-4711"},
    }
    operation["parameters"] = [*operation.get("parameters", []), header]
    for answer in operation["responses"].values():
        if isinstance(answer, dict):
            answer["headers"] = {**answer.get("headers", {}), **_REPLAY_HEADERS}
    operation["responses"] |= {status: error_name(status) for status in _ERROR_STATUSES}


def check_idempotency(controller: Any) -> None:
    """Raise TypeError, at start, for a write that is neither behind a sign-in nor says that it takes no keys."""
    for verb in sorted(WRITE_METHODS & set(controller.methods)):
        view = getattr(type(controller), verb.lower())
        if not hasattr(view, "__guards__") and not getattr(view, "__idempotency_policy__", DEFAULT_POLICY).disabled:
            name = type(controller).__name__
            raise TypeError(
                f"{name}.{verb.lower()} writes without a sign-in: add @idempotent(IdempotencyPolicy(disabled=True))."
            )
