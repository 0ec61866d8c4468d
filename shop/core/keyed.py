"""How a route treats idempotency keys, said beside it in one line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shop.core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Policy:
    """What differs from the settings; None: nothing. `ttl` in seconds.

    `compare`: whether another body is another request; fields of it that are `excluded` may differ. `recorded`: whether
    the answer is kept here; a route that keeps it elsewhere asks for the ticket. `off`: keys mean nothing here.
    """

    required: bool | None = None
    ttl: int | None = None
    compare: bool = True
    excluded: frozenset[str] = frozenset()
    recorded: bool = True
    off: bool = False


DEFAULT = Policy()


def keyed(policy: Policy) -> Callable[[F], F]:
    """Say how a method treats keys."""

    def decorator(view: F) -> F:
        view.__keyed__ = policy  # type: ignore[attr-defined]  # a mark, carried upwards by functools.wraps
        return view

    return decorator


def declare(controller: type[Any], policy: Policy | None) -> None:
    """Give the writes of a Controller the policy of their blueprint, where they say nothing themselves."""
    for verb in WRITES & set(controller.methods):
        view = getattr(controller, verb.lower())
        if policy and not hasattr(view, "__keyed__"):
            view.__keyed__ = policy


def policy_of(controller: object, verb: str, settings: Settings) -> Policy | None:
    """The policy of a write; None where keys mean nothing."""
    declared: Policy | None = getattr(getattr(type(controller), verb.lower(), None), "__keyed__", None)
    policy = declared or (DEFAULT if settings.idempotency_enforce == "all" else None)
    enforced = {word.upper() for word in settings.idempotency_verbs}
    return None if policy is None or policy.off or verb not in enforced else policy


def check_keys(controller: Any) -> None:
    """Raise TypeError, at start, for a write that is neither behind a sign-in nor says that it takes no keys."""
    for verb in sorted(WRITES & set(controller.methods)):
        view = getattr(type(controller), verb.lower())
        if not hasattr(view, "__guards__") and not getattr(view, "__keyed__", DEFAULT).off:
            name = type(controller).__name__
            raise TypeError(f"{name}.{verb.lower()} is a write without a sign-in: say @keyed(Policy(off=True)).")
