"""The base of Controllers, and who is calling."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, wraps
from inspect import signature
from typing import Any, TypeVar

from flask import g, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from shop.core.access import ANYBODY, SIGNED_IN, Rule, declare_rule
from shop.core.caller import Caller
from shop.core.database import Database
from shop.core.documentation import document, error_name, tell
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency import Idempotency
from shop.core.problem import is_acceptable
from shop.core.query import check_query
from shop.core.sessions import Doorkeeper, SessionWatch
from shop.core.tenancy import Register, Tenancy
from shop.core.ticket import Keeper
from shop.core.tokens import Claims, Tokens
from shop.core.transaction import in_transaction
from shop.core.wire import bearer

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(eq=False)
class Controller(MethodView):
    """An HTTP entrance: a method per verb. One instance per app, bound by the app's container."""

    database: Database
    tokens: Tokens
    watch: SessionWatch
    idempotency: Idempotency
    tenancy: Tenancy
    # Given by the app, since they stand above core.
    keeper: Keeper = field(init=False)
    door: Doorkeeper = field(init=False)
    register: Register = field(init=False)

    def dispatch_request(self, **path: Any) -> ResponseReturnValue:
        """Call the method of the verb, in the tenant of the request; the router has let no other verb through."""
        view = getattr(self, "get" if request.method == "HEAD" else request.method.lower())
        if not is_acceptable(request.environ.get("HTTP_ACCEPT", "")):
            raise ShopError(CoreExceptionCode.NOT_ACCEPTABLE)
        if request.environ.get("QUERY_STRING"):
            check_query(view)
        with self.tenancy.entered(self.register):
            answer: ResponseReturnValue = view(**path)
        return answer


def signed_in(rule: Rule | None = None, *, optional: bool = False) -> Callable[[F], F]:
    """Ask who calls, before anything else, and pass it on to a method that has a parameter `caller`.

    Without a good token of a session that is: 401, or with `optional` and no token at all: `caller=None`. Whom the rule
    does not admit: 403; a rule that names an owner is asked again by the Service that finds the row.
    """
    rule = rule or (ANYBODY if optional else SIGNED_IN)
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

        _declare(guarded, rule)
        return guarded  # type: ignore[return-value]  # the same method for callers over HTTP

    return decorator


def with_token(rule: Rule) -> Callable[[F], F]:
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

        _declare(guarded, rule)
        return guarded  # type: ignore[return-value]  # the same method for callers over HTTP

    return decorator


def _claims(controller: Any) -> Claims:
    token = bearer()
    if not token:
        raise ShopError(CoreExceptionCode.TOKEN_MISSING)
    claims: Claims
    claims = g.claims = controller.tokens.verify(token)
    if controller.watch.is_ended(claims.session_id):
        raise ShopError(CoreExceptionCode.TOKEN_INVALID)
    return claims


def _caller(controller: Any) -> Caller:
    claims = _claims(controller)
    # A transaction of its own: the method's begins when it is known that there will be one.
    caller: Caller | None = in_transaction(controller.database, partial(controller.door.identify, claims))
    if caller is None:
        raise ShopError(CoreExceptionCode.TOKEN_INVALID)
    return caller


def _declare(view: Callable[..., Any], rule: Rule) -> None:
    declare_rule(view, rule)
    view.__guards__ = True  # type: ignore[attr-defined]  # a mark for the start
    security: list[dict[str, list[str]]] = [{"bearer": []}]
    document(
        view,
        security=[{}, *security] if rule.public else security,
        responses={status: error_name(status) for status in ((401, 403) if rule.gated else (401,))},
    )
    tell(view, str(rule))
