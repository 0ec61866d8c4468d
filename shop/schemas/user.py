"""Response schemas of users."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from shop.constants.user import EMAIL_MAX, NAME_MAX, UserRole
from shop.core.crypto.tokens import TOKEN_MAX, TOKEN_TYPE
from shop.core.validation.choices import Choice
from shop.core.validation.fields import ID_MAX, Email, Id, Moment, Text, WholeNumber


class UserSchema(Schema):
    """Profile of the caller."""

    id = Id(required=True)
    name = Text(NAME_MAX, min_length=1, required=True, metadata={"example": "Ada"})
    email = Email(EMAIL_MAX, required=True, metadata={"example": "ada@example.com"})
    roles = fields.List(Choice(UserRole), required=True, validate=Length(max=len(UserRole)))
    created_at = Moment(required=True)


class RegistrationSchema(Schema):
    """Tokens and profile of a new account."""

    access_token = Text(TOKEN_MAX, min_length=1, required=True)
    refresh_token = Text(TOKEN_MAX, min_length=1, required=True)
    token_type = fields.String(required=True, validate=OneOf([TOKEN_TYPE]))
    expires_in = WholeNumber(
        required=True, validate=Range(1, ID_MAX), metadata={"description": "seconds", "example": 3600}
    )
    user = fields.Nested(UserSchema, required=True)
