"""The wire form of records of the log."""

from marshmallow import Schema, fields


class LogSchema(Schema):
    """What some process said; `more` has whatever else that kind of record knows."""

    time = fields.String(required=True, metadata={"format": "date-time"})
    level = fields.String(required=True)
    logger = fields.String(required=True)
    message = fields.String(required=True)
    process = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)
    trace_id = fields.String(required=True, allow_none=True)
    more = fields.Dict(required=True)
