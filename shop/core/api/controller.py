"""The base of Controllers, and who is calling."""

from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from shop.core.auth.session_watch import Doorkeeper, SessionWatch
from shop.core.auth.tenant_resolver import Register, Tenancy
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.negotiation import is_acceptable
from shop.core.http.query_string import check_query
from shop.core.idempotency.guard import Idempotency
from shop.core.idempotency.record import Keeper


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
