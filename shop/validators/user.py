"""The words a request may use about a user, and the code each wrong word earns."""

import re

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Regexp

from shop.constants.user import EMAIL_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN
from shop.core.lists.words import Listing, Word
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
        metadata=coded(Code.NAME_FORMAT),
    )
    email = fields.Email(required=True, validate=Length(max=EMAIL_MAX), metadata=coded(Code.EMAIL_FORMAT))
    new_password = fields.String(
        required=True,
        load_only=True,
        validate=_strong,
        metadata=coded(Code.PASSWORD_FORMAT)
        | {"format": "password", "minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX},
    )
    password = fields.String(
        required=True,
        load_only=True,
        validate=Length(1, PASSWORD_MAX),
        metadata=coded(Code.PASSWORD_FORMAT) | {"format": "password"},
    )
    words = Listing(
        {
            "id": Word.whole(),
            "name": Word.phrase(),
            "email": Word.phrase(),
            "roles": Word.told(),
            "created_at": Word.moment(),
        }
    )
