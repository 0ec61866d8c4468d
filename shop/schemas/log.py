"""Response schema of log records."""

from marshmallow import Schema, fields

from shop.constants.log import MESSAGE_MAX, NAME_MAX, REQUEST_ID_MAX
from shop.core.validation.fields import Moment, Text


class LogSchema(Schema):
    """Log record of a process; `more` has the additional fields."""

    time = Moment(required=True, metadata={"description": "Time of the record."})
    level = Text(
        NAME_MAX, required=True, metadata={"description": "Severity: debug, info, warning or error.", "example": "info"}
    )
    logger = Text(
        NAME_MAX,
        required=True,
        metadata={"description": "Part of the service that wrote the record.", "example": "access"},
    )
    message = Text(
        MESSAGE_MAX,
        required=True,
        metadata={"description": "Message for people.", "example": "GET /api/v1/items 200 in 3.1 ms"},
    )
    process = Text(
        NAME_MAX, required=True, metadata={"description": "Process that wrote the record.", "example": "web"}
    )
    request_id = Text(
        REQUEST_ID_MAX,
        required=True,
        allow_none=True,
        metadata={"description": "Id of the request, if it belongs to one.", "example": "checkout-7"},
    )
    trace_id = Text(
        REQUEST_ID_MAX,
        required=True,
        allow_none=True,
        metadata={"description": "Id of the trace, if it belongs to one.", "example": "checkout-7"},
    )
    more = fields.Dict(
        required=True,
        metadata={"description": "Additional fields of the record.", "example": {"tenant": "1", "status": 200}},
    )
