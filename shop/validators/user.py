"""The words a request may use about a user, and the code each wrong word earns."""

import re

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, OneOf, Regexp

from shop.constants.user import EMAIL_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, UserRole
from shop.core.passwords import is_common
from shop.core.wire import coded
from shop.exception_codes.user import UserExceptionCode as Code

_RULES = (
    (lambda word: len(word) >= PASSWORD_MIN, f"The password must have at least {PASSWORD_MIN} characters."),
    (lambda word: len(word) <= PASSWORD_MAX, f"The password may have at most {PASSWORD_MAX} characters."),
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

    name = fields.String(
        required=True,
        validate=[Length(1, NAME_MAX), Regexp(r"[^\x00-\x1f\x7f]*$", error="No control characters.")],
        metadata=coded(Code.NAME_FORMAT) | {"example": "Ada"},
    )
    email = fields.Email(
        required=True,
        validate=Length(max=EMAIL_MAX),
        metadata=coded(Code.EMAIL_FORMAT) | {"example": "ada@example.com"},
    )
    new_password = fields.String(
        required=True,
        load_only=True,
        validate=_strong,
        metadata=coded(Code.PASSWORD_FORMAT)
        | {"format": "password", "minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX}
        | {"example": "Correct-horse-1"},
    )
    roles = fields.List(
        fields.String(validate=OneOf(list(UserRole))),
        required=True,
        validate=Length(1, len(UserRole)),
        metadata=coded(Code.ROLES_FORMAT) | {"example": [UserRole.GENERAL]},
    )
    password = fields.String(
        required=True,
        load_only=True,
        validate=Length(1, PASSWORD_MAX),
        metadata=coded(Code.PASSWORD_FORMAT) | {"format": "password", "example": "Correct-horse-1"},
    )
