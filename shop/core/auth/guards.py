"""Authentication decorators for the methods of Controllers."""

from collections.abc import Callable
from functools import partial, wraps
from inspect import signature
from typing import Any, TypeVar

from flask import g, request

from shop.core.auth.policy import PUBLIC, SIGNED_IN, AccessRule, declare_rule
from shop.core.caller import Caller
from shop.core.crypto.tokens import Claims
from shop.core.database.transaction import in_transaction
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.request import get_bearer_token
from shop.core.openapi.annotations import add_description, document_operation
from shop.core.openapi.envelopes import error_name

F = TypeVar("F", bound=Callable[..., Any])


def signed_in(rule: AccessRule | None = None, *, optional: bool = False) -> Callable[[F], F]:
    """Ask who calls, before anything else, and pass it on to a method that has a parameter `caller`.

    Without a good token of a session that is: 401, or with `optional` and no token at all: `caller=None`. Whom the rule
    does not admit: 403; a rule that names an owner is asked again by the Service that finds the row.
    """
    rule = rule or (PUBLIC if optional else SIGNED_IN)
    if optional is not rule.public:
        raise TypeError(f"A token is optional where anybody may come, and only there; the rule says: {rule}")

    def decorator(view: F) -> F:
        tells = "caller" in signature(view).parameters

        @wraps(view)
        def guarded(controller: Any, *args: Any, **kwargs: Any) -> Any:
            caller = None if optional and "Authorization" not in request.headers else _caller(controller)
            rule.check(caller)
            # For whoever masks the answer.
            g.caller = caller
            call = partial(view, controller, *args, **kwargs, **({"caller": caller} if tells else {}))
            return controller.idempotency.guard(controller, caller, call) if caller else call()

        _document_guard(guarded, rule)
        return guarded  # type: ignore[return-value]  # the same method for callers over HTTP

    return decorator


def with_token(rule: AccessRule) -> Callable[[F], F]:
    """Ask for a good token and pass on its `claims`: for a method that finds out itself whether its session still is.

    Without a good token, or where this process knows that the session has ended: 401. The rule is SIGNED_IN: of what
    its user may the token says nothing.
    """
    if rule != SIGNED_IN:
        raise TypeError(f"A token does not say what its user may; the rule says: {rule}")

    def decorator(view: F) -> F:
        @wraps(view)
        def guarded(controller: Any, *args: Any, **kwargs: Any) -> Any:
            claims = _claims(controller)
            call = partial(view, controller, *args, claims=claims, **kwargs)
            return controller.idempotency.guard(controller, claims, call)

        _document_guard(guarded, rule)
        return guarded  # type: ignore[return-value]  # the same method for callers over HTTP

    return decorator


def _claims(controller: Any) -> Claims:
    token = get_bearer_token()
    if not token:
        raise ShopError(CoreExceptionCode.TOKEN_MISSING)
    claims: Claims
    claims = g.claims = controller.tokens.verify(token)
    if controller.session_watch.is_ended(claims.session_id):
        raise ShopError(CoreExceptionCode.TOKEN_INVALID)
    return claims


def _caller(controller: Any) -> Caller:
    claims = _claims(controller)
    # A transaction of its own: the method's begins when it is known that there will be one.
    caller: Caller | None = in_transaction(controller.database, partial(controller.authenticator.authenticate, claims))
    if caller is None:
        raise ShopError(CoreExceptionCode.TOKEN_INVALID)
    return caller


def _document_guard(view: Callable[..., Any], rule: AccessRule) -> None:
    declare_rule(view, rule)
    view.__guards__ = True  # type: ignore[attr-defined]  # a mark for the start
    security: list[dict[str, list[str]]] = [{"bearer": []}]
    document_operation(
        view,
        security=[{}, *security] if rule.public else security,
        responses={status: error_name(status) for status in ((401, 403) if rule.is_restricted else (401,))},
    )
    add_description(view, str(rule))
