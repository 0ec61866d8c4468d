"""The words a request may use about a user, and the code each wrong word earns."""

import re

from marshmallow import ValidationError, fields
from marshmallow.validate import Length

from shop.constants.user import EMAIL_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, UserRole
from shop.core.crypto.passwords import is_common
from shop.core.query.spec import Kind, Listing, Word
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Email, Text, coded
from shop.exception_codes.user import UserExceptionCode as Code

_RULES = (
    (lambda word: re.search("[a-z]", word), "The password must have a lower case letter."),
    (lambda word: re.search("[A-Z]", word), "The password must have an upper case letter."),
    (lambda word: re.search("[0-9]", word), "The password must have a digit."),
    (lambda word: not is_common(word), "The password is one of those that are tried first."),
)


def _strong(word: str) -> None:
    broken = [sentence for rule, sentence in _RULES if not rule(word)]
    if broken:
        raise ValidationError(broken)


class UserValidator:
    """Fields of a user."""

    name = Text(NAME_MAX, least=1, required=True, metadata=coded(Code.NAME_FORMAT) | {"example": "Ada"})
    email = Email(EMAIL_MAX, required=True, metadata=coded(Code.EMAIL_FORMAT) | {"example": "ada@example.com"})
    new_password = Text(
        PASSWORD_MAX,
        least=PASSWORD_MIN,
        required=True,
        load_only=True,
        validate=_strong,
        metadata=coded(Code.PASSWORD_FORMAT)
        | {"format": "password", "example": "Correct-horse-1"}
        | {"allOf": [{"pattern": "[a-z]"}, {"pattern": "[A-Z]"}, {"pattern": "[0-9]"}]},
    )
    roles = fields.List(
        Choice(UserRole),
        required=True,
        validate=Length(1, len(UserRole)),
        metadata=coded(Code.ROLES_FORMAT) | {"example": [UserRole.GENERAL]},
    )
    password = Text(
        PASSWORD_MAX,
        least=1,
        required=True,
        load_only=True,
        metadata=coded(Code.PASSWORD_FORMAT) | {"format": "password", "example": "Correct-horse-1"},
    )
    words = Listing(
        {
            "id": Word.whole(),
            "name": Word.phrase(),
            "email": Word.phrase(),
            "roles": Word.told(),
            "permissions": Word.told(),
            "disabled": Word.told(Kind.TRUTH),
            "created_at": Word.moment(),
        }
    )
