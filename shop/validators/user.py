"""Request fields of users and their error codes."""

import re

from marshmallow import ValidationError, fields
from marshmallow.validate import Length

from shop.constants.user import EMAIL_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, UserRole
from shop.core.crypto.passwords import is_common
from shop.core.query.spec import FieldSpec, Kind, ResourceSpec
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Email, Text, error_code
from shop.exception_codes.user import UserExceptionCode as Code

_PASSWORD_RULES = (
    (lambda password: re.search("[a-z]", password), "The password must have a lower case letter."),
    (lambda password: re.search("[A-Z]", password), "The password must have an upper case letter."),
    (lambda password: re.search("[0-9]", password), "The password must have a digit."),
    (lambda password: not is_common(password), "The password is one of those that are tried first."),
)


_RULES_DESCRIPTION = (
    "Password with a lower case letter, an upper case letter and a digit that is none of the common ones."
)


def _check_strength(password: str) -> None:
    errors = [sentence for rule, sentence in _PASSWORD_RULES if not rule(password)]
    if errors:
        raise ValidationError(errors)


class UserValidator:
    """Fields of a user."""

    name = Text(
        NAME_MAX,
        min_length=1,
        required=True,
        metadata=error_code(Code.NAME_FORMAT) | {"example": "Ada"} | {"description": "Name of the user."},
    )
    email = Email(
        EMAIL_MAX,
        required=True,
        metadata=error_code(Code.EMAIL_FORMAT)
        | {"example": "ada@example.com"}
        | {"description": "E-mail address; upper case and surrounding blanks are ignored."},
    )
    new_password = Text(
        PASSWORD_MAX,
        min_length=PASSWORD_MIN,
        required=True,
        load_only=True,
        validate=_check_strength,
        metadata=error_code(Code.PASSWORD_FORMAT)
        | {"format": "password", "example": "Correct-horse-1"}
        | {"description": _RULES_DESCRIPTION},
    )
    roles = fields.List(
        Choice(UserRole),
        required=True,
        validate=Length(1, len(UserRole)),
        metadata=error_code(Code.ROLES_FORMAT)
        | {"example": [UserRole.GENERAL]}
        | {"description": "Roles of the user."},
    )
    password = Text(
        PASSWORD_MAX,
        min_length=1,
        required=True,
        load_only=True,
        metadata=error_code(Code.PASSWORD_FORMAT)
        | {"format": "password", "example": "Correct-horse-1"}
        | {"description": "Current password."},
    )
    spec = ResourceSpec(
        {
            "id": FieldSpec.integer(),
            "name": FieldSpec.searchable_text(),
            "email": FieldSpec.searchable_text(),
            "roles": FieldSpec.read_only(),
            "permissions": FieldSpec.read_only(),
            "disabled": FieldSpec.read_only(Kind.BOOLEAN),
            "created_at": FieldSpec.datetime(),
        }
    )
