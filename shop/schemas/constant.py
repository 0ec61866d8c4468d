"""The wire form of lists to select from."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from shop.constants.item import ItemStatus
from shop.core.validation.choices import NAME_MAX, enum_name
from shop.core.validation.fields import SENTENCE_MAX, Text

OPTIONS_MAX = 100


class OptionSchema(Schema):
    """A value that requests and answers use, and what people call it."""

    value = Text(NAME_MAX, min_length=1, required=True, metadata={"example": ItemStatus.ON_SALE})
    label = Text(SENTENCE_MAX, min_length=1, required=True, metadata={"example": ItemStatus.ON_SALE.label})


class ConstantSchema(Schema):
    """A list to select from."""

    name = Text(NAME_MAX, min_length=1, required=True, metadata={"example": enum_name(ItemStatus)})
    options = fields.List(fields.Nested(OptionSchema), required=True, validate=Length(1, OPTIONS_MAX))
