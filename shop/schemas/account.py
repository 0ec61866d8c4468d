"""The wire form of users for those who look after them."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from shop.constants.permission import Permission
from shop.constants.user import EMAIL_MAX, NAME_MAX, UserRole
from shop.core.wire import Id, Moment, Text


class AccountSchema(Schema):
    """A user with its rights."""

    id = Id(required=True)
    name = Text(NAME_MAX, least=1, required=True, metadata={"example": "Ada"})
    # No e-mail address where it is masked.
    email = Text(EMAIL_MAX, least=1, required=True, metadata={"example": "a***@e***.com"})
    roles = fields.List(
        fields.String(validate=OneOf(list(UserRole))), required=True, validate=Length(max=len(UserRole))
    )
    permissions = fields.List(
        fields.String(validate=OneOf([it.code for it in Permission])),
        required=True,
        validate=Length(max=len(Permission)),
        metadata={"description": "codes"},
    )
    disabled = fields.Boolean(required=True)
    created_at = Moment(required=True)
