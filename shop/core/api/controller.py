"""Base class of Controllers."""

from dataclasses import dataclass, field
from typing import Any

from flask.typing import ResponseReturnValue
from flask.views import MethodView

from shop.core.auth.session_watch import SessionAuthenticator, SessionWatch
from shop.core.auth.tenant_resolver import TenantDirectory, TenantResolver
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.etag import require_unconditional
from shop.core.http.negotiation import is_acceptable
from shop.core.http.query_string import check_query_string
from shop.core.http.request import current_request
from shop.core.idempotency.guard import IdempotencyGuard
from shop.core.idempotency.record import IdempotencyStore


@dataclass(eq=False)
class Controller(MethodView):
    """HTTP entry point with one method per verb.

    Each app has one instance.
    """

    database: Database
    tokens: Tokens
    session_watch: SessionWatch
    idempotency: IdempotencyGuard
    tenant_resolver: TenantResolver
    # Set by the app: their classes are in layers above core.
    idempotency_store: IdempotencyStore = field(init=False)
    authenticator: SessionAuthenticator = field(init=False)
    tenants: TenantDirectory = field(init=False)

    def dispatch_request(self, **path: Any) -> ResponseReturnValue:
        """Call the method of the verb, in the tenant of the request.

        Raises ShopError NOT_ACCEPTABLE and CONDITION_UNSUPPORTED, and RequestValidationError for an unknown query
        parameter.
        """
        request = current_request()
        method, environ = request.method, request.environ
        view = getattr(self, "get" if method == "HEAD" else method.lower())
        if not is_acceptable(environ.get("HTTP_ACCEPT", "")):
            raise ShopError(CoreExceptionCode.NOT_ACCEPTABLE)
        if environ.get("QUERY_STRING"):
            check_query_string(view)
        require_unconditional(request, view)
        with self.tenant_resolver.in_request_tenant(self.tenants):
            response: ResponseReturnValue = view(**path)
        return response
