"""Response schemas of selection lists."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from shop.constants.item import ItemStatus
from shop.core.validation.choices import NAME_MAX, enum_name
from shop.core.validation.fields import SENTENCE_MAX, Text

OPTIONS_MAX = 100


class OptionSchema(Schema):
    """Value for requests and responses, with its display name."""

    value = Text(
        NAME_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Value in requests and responses.", "example": ItemStatus.ON_SALE},
    )
    label = Text(
        SENTENCE_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Display name in the language of the caller.", "example": ItemStatus.ON_SALE.label},
    )


class ConstantSchema(Schema):
    """Selection list."""

    name = Text(
        NAME_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Name of the list.", "example": enum_name(ItemStatus)},
    )
    options = fields.List(
        fields.Nested(OptionSchema),
        required=True,
        validate=Length(1, OPTIONS_MAX),
        metadata={"description": "Values of the list, in their order."},
    )
