"""The log over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.log import PageLogChecker
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.caller import Caller
from shop.core.openapi.envelopes import Shape
from shop.core.pagination.pages import Page, PageRequest
from shop.exception_codes.log import LogExceptionCode
from shop.schemas.log import LogSchema
from shop.services.log import LogService
from shop.supports.log import LogPolicy

blueprint = Blueprint("logs", __name__, url_prefix="/logs", description="Log records, for administrators")


@blueprint.route("", operation_ids={"GET": "listLogRecords"})
@dataclass(eq=False)
class LogsController(Controller):
    """Log records."""

    logs: LogService

    @blueprint.response(200, LogSchema, shape=Shape.PAGE, errors=(LogExceptionCode.NOT_KEPT, LogExceptionCode.AWAY))
    @signed_in(LogPolicy.view_any)
    @blueprint.arguments(PageLogChecker, location="query")
    def get(self, query: dict[str, Any], caller: Caller) -> Page[dict[str, Any]]:
        """List the log records of one request and its jobs, oldest first."""
        request_id = query.pop("request_id")
        return self.logs.page(caller.tenant_id, request_id, PageRequest(**query))
