"""Response schemas of users."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from shop.constants.user import EMAIL_MAX, NAME_MAX, UserRole
from shop.core.crypto.tokens import TOKEN_EXAMPLE, TOKEN_MAX, TOKEN_TYPE
from shop.core.validation.choices import Choice
from shop.core.validation.fields import ID_MAX, Email, Id, Moment, Text, WholeNumber


class UserSchema(Schema):
    """Profile of the caller."""

    id = Id(required=True, metadata={"description": "Id of the user."})
    name = Text(NAME_MAX, min_length=1, required=True, metadata={"description": "Name of the user.", "example": "Ada"})
    email = Email(EMAIL_MAX, required=True, metadata={"description": "E-mail address.", "example": "ada@example.com"})
    roles = fields.List(
        Choice(UserRole),
        required=True,
        validate=Length(max=len(UserRole)),
        metadata={"description": "Roles of the user.", "example": [UserRole.GENERAL]},
    )
    created_at = Moment(required=True, metadata={"description": "Time of the registration."})


class RegistrationSchema(Schema):
    """Tokens and profile of a new account."""

    access_token = Text(
        TOKEN_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Token for the header `Authorization: Bearer ...`.", "example": TOKEN_EXAMPLE},
    )
    refresh_token = Text(
        TOKEN_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Token to exchange for new tokens, once.", "example": TOKEN_EXAMPLE},
    )
    token_type = fields.String(
        required=True, validate=OneOf([TOKEN_TYPE]), metadata={"description": "Scheme of the header `Authorization`."}
    )
    expires_in = WholeNumber(
        required=True,
        validate=Range(1, ID_MAX),
        metadata={"description": "Seconds until the access token expires.", "example": 3600},
    )
    user = fields.Nested(UserSchema, required=True, metadata={"description": "The new account."})
