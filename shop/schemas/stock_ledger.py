"""Response schemas of ledger lines."""

from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.constants.item import STOCK_COLUMN_MAX
from shop.constants.stock import StockReason
from shop.constants.stock_ledger import NOTE_MAX, REF_MAX
from shop.constants.user import NAME_MAX
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Id, Moment, Text, WholeNumber


class StockLedgerUserSchema(Schema):
    """Actor of a stock change."""

    id = Id(required=True, metadata={"description": "Id of the user."})
    name = Text(NAME_MAX, min_length=1, required=True, metadata={"description": "Name of the user.", "example": "Ada"})


class StockLedgerSchema(Schema):
    """Change of an item's stock; `ref` is the cause, `actor` the user."""

    id = Id(required=True, metadata={"description": "Id of the line."})
    delta = WholeNumber(
        required=True,
        validate=Range(-STOCK_COLUMN_MAX, STOCK_COLUMN_MAX),
        metadata={"description": "Change of the number of pieces.", "example": 5},
    )
    reason = Choice(
        StockReason, required=True, metadata={"description": "Kind of the change.", "example": StockReason.ADJUSTMENT}
    )
    ref = Text(
        REF_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Order or adjustment that caused the change.", "example": "item:7"},
    )
    note = Text(
        NOTE_MAX,
        required=True,
        allow_none=True,
        metadata={"description": "Reason that the user gave.", "example": "found in the cellar"},
    )
    actor = Id(
        required=True,
        allow_none=True,
        metadata={"description": "Id of the user who changed the stock; null: the service.", "example": 7},
    )
    created_at = Moment(required=True, metadata={"description": "Time of the change."})
    user = fields.Nested(
        StockLedgerUserSchema, allow_none=True, metadata={"description": "The user, if the query includes it."}
    )
