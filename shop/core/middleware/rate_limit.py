"""The door of the API: counts each request before anything is done for it, and says on each answer what is left."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request

from shop.core.auth.session_watch import SessionWatch
from shop.core.crypto.tokens import Claims, Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.errors import ShopError
from shop.core.http.client_address import ClientAddressResolver
from shop.core.http.request import get_bearer_token
from shop.core.rate_limiting.limiter import RateLimiter, defer, quota_states
from shop.core.rate_limiting.quota import Bucket, Quota
from shop.core.rate_limiting.route_limit import RouteLimit, format_rate_limit_headers, get_route_limit


def serve_rate_limit(
    app: Flask,
    prefix: str,
    limiter: RateLimiter,
    tokens: Tokens,
    session_watch: SessionWatch,
    find_tenant: Callable[[], int],
) -> None:
    """Limit every path below the prefix, those that are not there included. Preflights are answered before."""
    door = _RateLimitHook(
        prefix, limiter, tokens, session_watch, ClientAddressResolver(limiter.settings.trusted_proxies), find_tenant
    )
    app.before_request(door.count_request)
    app.after_request(door.add_headers)


@dataclass(frozen=True)
class _RateLimitHook:
    """Knows who comes in."""

    prefix: str
    limiter: RateLimiter
    tokens: Tokens
    session_watch: SessionWatch
    client_addresses: ClientAddressResolver
    find_tenant: Callable[[], int]

    def count_request(self) -> None:
        """Count the request, unless its route does that itself."""
        if not f"{request.path}/".startswith(f"{self.prefix}/"):
            return
        limit, claims = _find_route_limit(), self._claims()
        quota = self._quota(limit, claims)
        if quota and limit.deferred and quota.bucket is limit.bucket:
            defer(quota)
        else:
            self.limiter.consume(quota)

    def add_headers(self, answer: Response) -> Response:
        """Count what was refused before its route did, and tell what is left."""
        try:
            self.limiter.consume()
        except ShopError as error:
            # What failed on our side may have been done, and must not be told that it was not.
            if answer.status_code < 500:
                answer = current_app.make_response(current_app.handle_user_exception(error))
        answer.headers.update(format_rate_limit_headers(quota_states()))
        return answer

    def _quota(self, limit: RouteLimit, claims: Claims | None) -> Quota | None:
        if claims and not limit.by_address:
            return self.limiter.get_quota(limit.bucket, f"user-{claims.user_id}", claims.tenant_id)
        # Whoever needs a token and has none is a stranger like any other.
        budget = limit.bucket if limit.by_address else Bucket.DEFAULT
        peer, forwarded = request.environ.get("REMOTE_ADDR"), request.headers.get("X-Forwarded-For")
        g.client = self.client_addresses.resolve(peer, forwarded)
        return self.limiter.get_quota(budget, g.client, self._tenant())

    def _tenant(self) -> int:
        try:
            return self.find_tenant()
        except ShopError:
            # Who names a tenant that is not there is counted all the same.
            return DEFAULT_TENANT

    def _claims(self) -> Claims | None:
        token = get_bearer_token()
        try:
            claims = self.tokens.verify(token) if token else None
        except ShopError:
            return None
        # Whoever was shut out, a thief perhaps, spends nothing of the user's any more.
        return None if claims and self.session_watch.is_ended(claims.session_id) else claims


def _find_route_limit() -> RouteLimit:
    view = current_app.view_functions.get(request.endpoint or "")
    return get_route_limit(getattr(view, "__self__", None), request.method)
