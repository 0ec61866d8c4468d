"""HTTP requests and responses of lists."""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema

from shop.core.http.request import current_request, current_state
from shop.core.pagination.links import ListUrl, link_header
from shop.core.pagination.pages import AnyPage
from shop.core.query.checker import ListChecker


def schema_for_caller(schema: Schema) -> Schema:
    """Return the schema that reads a query of the current caller."""
    return schema.visible_to(current_state().get("caller")) if isinstance(schema, ListChecker) else schema


def page_response(page: AnyPage[Any], dump: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the response data and the link headers of a page."""
    request = current_request()
    meta = page.meta(ListUrl(request.path, request.args))
    return {"data": dump(page.rows, many=True), "meta": {"pagination": meta}}, link_header(meta["links"])
