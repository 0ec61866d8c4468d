"""The door of the API: counts each request before anything is done for it, and says on each answer what is left."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request

from shop.core.auth.session_watch import SessionWatch
from shop.core.crypto.tokens import Claims, Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.errors import ShopError
from shop.core.http.client_address import Clients
from shop.core.http.request import bearer
from shop.core.rate_limiting.limiter import Limits, leave_pending, standings
from shop.core.rate_limiting.quota import Budget, Quota
from shop.core.rate_limiting.route_limit import Limited, fields_of, limit_of


def serve_limits(
    app: Flask, prefix: str, limits: Limits, tokens: Tokens, watch: SessionWatch, find_tenant: Callable[[], int]
) -> None:
    """Limit every path below the prefix, those that are not there included. Preflights are answered before."""
    door = _Door(prefix, limits, tokens, watch, Clients(limits.settings.trusted_proxies), find_tenant)
    app.before_request(door.enter)
    app.after_request(door.leave)


@dataclass(frozen=True)
class _Door:
    """Knows who comes in."""

    prefix: str
    limits: Limits
    tokens: Tokens
    watch: SessionWatch
    clients: Clients
    find_tenant: Callable[[], int]

    def enter(self) -> None:
        """Count the request, unless its route does that itself."""
        if not f"{request.path}/".startswith(f"{self.prefix}/"):
            return
        limit, claims = _limit_of_route(), self._claims()
        quota = self._quota(limit, claims)
        if quota and limit.inside and quota.budget is limit.budget:
            leave_pending(quota)
        else:
            self.limits.spend(quota)

    def leave(self, answer: Response) -> Response:
        """Count what was refused before its route did, and tell what is left."""
        try:
            self.limits.spend()
        except ShopError as error:
            # What failed on our side may have been done, and must not be told that it was not.
            if answer.status_code < 500:
                answer = current_app.make_response(current_app.handle_user_exception(error))
        answer.headers.update(fields_of(standings()))
        return answer

    def _quota(self, limit: Limited, claims: Claims | None) -> Quota | None:
        if claims and not limit.by_address:
            return self.limits.quota(limit.budget, f"user-{claims.user_id}", claims.tenant_id)
        # Whoever needs a token and has none is a stranger like any other.
        budget = limit.budget if limit.by_address else Budget.DEFAULT
        peer, forwarded = request.environ.get("REMOTE_ADDR"), request.headers.get("X-Forwarded-For")
        g.client = self.clients.name(peer, forwarded)
        return self.limits.quota(budget, g.client, self._tenant())

    def _tenant(self) -> int:
        try:
            return self.find_tenant()
        except ShopError:
            # Who names a tenant that is not there is counted all the same.
            return DEFAULT_TENANT

    def _claims(self) -> Claims | None:
        token = bearer()
        try:
            claims = self.tokens.verify(token) if token else None
        except ShopError:
            return None
        # Whoever was shut out, a thief perhaps, spends nothing of the user's any more.
        return None if claims and self.watch.is_ended(claims.session_id) else claims


def _limit_of_route() -> Limited:
    view = current_app.view_functions.get(request.endpoint or "")
    return limit_of(getattr(view, "__self__", None), request.method)
