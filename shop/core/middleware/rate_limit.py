"""Rate limit hook of the API."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Request, Response, g

from shop.core.auth.session_watch import SessionWatch
from shop.core.crypto.tokens import Claims, Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.errors import ShopError
from shop.core.http.client_address import ClientAddressResolver
from shop.core.http.request import get_bearer_token
from shop.core.http.web_app import WebApp
from shop.core.rate_limiting.limiter import RateLimiter, defer, deferred_quota, quota_states
from shop.core.rate_limiting.quota import Bucket, Quota
from shop.core.rate_limiting.route_limit import DEFAULT_LIMIT, RouteLimit, format_rate_limit_headers, get_route_limit


def serve_rate_limit(
    app: WebApp,
    prefix: str,
    limiter: RateLimiter,
    tokens: Tokens,
    session_watch: SessionWatch,
    find_tenant: Callable[[], int],
) -> None:
    """Limit all paths below the prefix, unknown paths included.

    Preflights are answered before the hook runs.
    """
    hook = _RateLimitHook(
        app,
        prefix,
        limiter,
        tokens,
        session_watch,
        ClientAddressResolver(limiter.settings.trusted_proxies),
        find_tenant,
    )
    app.request_hooks.append(hook.count_request)
    app.response_hooks.append(hook.add_headers)


@dataclass(frozen=True)
class _RateLimitHook:
    """Hooks that count requests by user or by client address."""

    app: WebApp
    prefix: str
    limiter: RateLimiter
    tokens: Tokens
    session_watch: SessionWatch
    client_addresses: ClientAddressResolver
    find_tenant: Callable[[], int]
    _limits: dict[tuple[str, str], RouteLimit] = field(default_factory=dict)

    def count_request(self, request: Request) -> None:
        """Count the request, unless its route counts it later."""
        if not f"{request.path}/".startswith(f"{self.prefix}/"):
            return
        limit, claims = self._find_limit(request), self._claims()
        quota = self._quota(request, limit, claims)
        if quota and limit.deferred and quota.bucket is limit.bucket:
            defer(quota)
        else:
            self.limiter.consume(quota)

    def add_headers(self, _: Request, response: Response) -> Response:
        """Count a deferred request and add the rate limit headers.

        The route of a deferred request counts it, unless the request was refused before.
        """
        try:
            if deferred_quota():
                self.limiter.consume()
        except ShopError as error:
            # After a server error the request may have taken effect, so its status must stay.
            if response.status_code < 500:
                response = self.app.make_response(self.app.handle_user_exception(error))
        for name, value in format_rate_limit_headers(quota_states()).items():
            response.headers.add(name, value)
        return response

    def _quota(self, request: Request, limit: RouteLimit, claims: Claims | None) -> Quota | None:
        if claims and not limit.by_address:
            return self.limiter.get_quota(limit.bucket, f"user-{claims.user_id}", claims.tenant_id)
        # A route that needs a token counts a request without one as an unauthenticated client.
        bucket = limit.bucket if limit.by_address else Bucket.DEFAULT
        peer, forwarded = request.environ.get("REMOTE_ADDR"), request.headers.get("X-Forwarded-For")
        g.client = self.client_addresses.resolve(peer, forwarded)
        return self.limiter.get_quota(bucket, g.client, self._tenant(), guest=True)

    def _tenant(self) -> int:
        try:
            return self.find_tenant()
        except ShopError:
            # Requests with an unknown tenant are counted, too.
            return DEFAULT_TENANT

    def _claims(self) -> Claims | None:
        token = get_bearer_token()
        try:
            claims = self.tokens.verify(token) if token else None
        except ShopError:
            return None
        # The token of an ended session may be stolen: it must not use up the quota of the user.
        return None if claims and self.session_watch.is_ended(claims.session_id) else claims

    def _find_limit(self, request: Request) -> RouteLimit:
        if request.endpoint is None:
            return DEFAULT_LIMIT
        key = request.endpoint, request.method
        if key not in self._limits:
            controller = getattr(self.app.view_functions[request.endpoint], "__self__", None)
            self._limits[key] = get_route_limit(controller, request.method)
        return self._limits[key]
