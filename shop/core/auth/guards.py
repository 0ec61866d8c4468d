"""Authentication decorators for the methods of Controllers."""

from collections.abc import Callable
from functools import partial, wraps
from inspect import signature
from typing import Any, TypeVar

from shop.core.auth.policy import PUBLIC, SIGNED_IN, AccessRule, declare_rule
from shop.core.caller import Caller
from shop.core.crypto.tokens import Claims
from shop.core.database.transaction import in_transaction
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.request import current_request, current_state, get_bearer_token
from shop.core.openapi.annotations import add_description, document_operation
from shop.core.openapi.failures import add_failures, failing

F = TypeVar("F", bound=Callable[..., Any])


def signed_in(rule: AccessRule | None = None, *, optional: bool = False) -> Callable[[F], F]:
    """Require a valid session, before the method runs.

    A method with a parameter `caller` receives the caller. Without a token of a valid session the response is 401; with
    `optional`, a request without any token runs with `caller=None`. A caller that the rule does not allow gets 403. A
    rule that names the owner is checked again by the Service that finds the row.
    """
    rule = rule or (PUBLIC if optional else SIGNED_IN)
    if optional is not rule.public:
        raise TypeError(f"`optional` needs a public rule, and a public rule needs `optional`; the rule is: {rule}")

    def decorator(view: F) -> F:
        takes_caller = "caller" in signature(view).parameters

        @wraps(view)
        def guarded(controller: Any, *args: Any, **kwargs: Any) -> Any:
            is_guest = optional and "HTTP_AUTHORIZATION" not in current_request().environ
            caller = None if is_guest else _authenticate(controller)
            rule.check(caller)
            # The masks of the response read it.
            current_state().caller = caller
            call = partial(view, controller, *args, **kwargs, **({"caller": caller} if takes_caller else {}))
            return controller.idempotency.guard(controller, caller, call) if caller else call()

        _document_guard(guarded, rule)
        return guarded  # type: ignore[return-value]  # the same method for callers over HTTP

    return decorator


def with_token(rule: AccessRule) -> Callable[[F], F]:
    """Require a valid token and pass its `claims` to the method.

    The method checks itself that the session still exists. Without a valid token, or when this process knows that the
    session has ended, the response is 401. The rule must be SIGNED_IN, since a token holds no permissions.
    """
    if rule != SIGNED_IN:
        raise TypeError(f"A token does not say which permissions its user has; the rule is: {rule}")

    def decorator(view: F) -> F:
        @wraps(view)
        def guarded(controller: Any, *args: Any, **kwargs: Any) -> Any:
            claims = _verify_token(controller)
            call = partial(view, controller, *args, claims=claims, **kwargs)
            return controller.idempotency.guard(controller, claims, call)

        _document_guard(guarded, rule)
        return guarded  # type: ignore[return-value]  # the same method for callers over HTTP

    return decorator


def _verify_token(controller: Any) -> Claims:
    token = get_bearer_token()
    if not token:
        raise ShopError(CoreExceptionCode.TOKEN_MISSING)
    claims: Claims
    claims = current_state().claims = controller.tokens.verify(token)
    if controller.session_watch.is_ended(claims.session_id):
        raise ShopError(CoreExceptionCode.TOKEN_INVALID)
    return claims


def _authenticate(controller: Any) -> Caller:
    claims = _verify_token(controller)
    # A separate transaction: the one of the method begins only after the access check.
    caller: Caller | None = in_transaction(controller.database, partial(controller.authenticator.authenticate, claims))
    if caller is None:
        raise ShopError(CoreExceptionCode.TOKEN_INVALID)
    return caller


def _document_guard(view: Callable[..., Any], rule: AccessRule) -> None:
    declare_rule(view, rule)
    view.__guards__ = True  # type: ignore[attr-defined]  # read by the checks at start
    security: list[dict[str, list[str]]] = [{"bearer": []}]
    document_operation(
        view,
        security=[{}, *security] if rule.public else security,
    )
    needed = rule.permission
    add_failures(view, (CoreExceptionCode.TOKEN_MISSING, CoreExceptionCode.TOKEN_INVALID))
    if rule.is_restricted and needed:
        add_failures(view, [failing(CoreExceptionCode.FORBIDDEN, permission=needed.code)])
    add_description(view, str(rule))
