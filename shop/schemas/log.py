"""Response schema of log records."""

from marshmallow import Schema, fields

from shop.constants.log import MESSAGE_MAX, NAME_MAX, REQUEST_ID_MAX
from shop.core.validation.fields import Moment, Text


class LogSchema(Schema):
    """Log record of a process; `more` has the additional fields."""

    time = Moment(required=True)
    level = Text(NAME_MAX, required=True, metadata={"example": "info"})
    logger = Text(NAME_MAX, required=True, metadata={"example": "access"})
    message = Text(MESSAGE_MAX, required=True, metadata={"example": "GET /api/v1/items 200 in 3.1 ms"})
    process = Text(NAME_MAX, required=True, metadata={"example": "web"})
    request_id = Text(REQUEST_ID_MAX, required=True, allow_none=True, metadata={"example": "checkout-7"})
    trace_id = Text(REQUEST_ID_MAX, required=True, allow_none=True, metadata={"example": "checkout-7"})
    more = fields.Dict(required=True, metadata={"example": {"tenant": "1", "status": 200}})
