"""Request fields of users and their error codes."""

import re
from collections.abc import Iterable

from marshmallow import ValidationError, fields
from marshmallow.validate import Length

from shop.constants.user import EMAIL_MAX, NAME_MAX, PASSPHRASE_MIN, PASSWORD_MAX, PASSWORD_MIN, UserRole
from shop.core.crypto.passwords import is_common, normalize_password
from shop.core.query.spec import FieldSpec, Kind, ResourceSpec
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Email, HumanText, Text, error_code
from shop.exception_codes.user import UserExceptionCode as Code

_PASSWORD_RULES = (
    (lambda password: re.search("[a-z]", password), "The password must have a lower case letter."),
    (lambda password: re.search("[A-Z]", password), "The password must have an upper case letter."),
    (lambda password: re.search("[0-9]", password), "The password must have a digit."),
    (lambda password: not is_common(password), "The password is one of those that are tried first."),
)
# A shorter word is part of many others.
_CONTAINED_WORD_MIN, _WORD_MIN = 4, 3


_RULES_DESCRIPTION = (
    "Password with a lower case letter, an upper case letter and a digit that is none of the common ones."
)
_LENGTH_DESCRIPTION = "Password of any characters that is none of the common ones, without words of its context."


def _check_composition(password: str) -> None:
    text = normalize_password(password)
    errors = [sentence for rule, sentence in _PASSWORD_RULES if not rule(text)]
    if errors:
        raise ValidationError(errors)


def _check_common(password: str) -> None:
    if is_common(password):
        raise ValidationError("The password is one of those that are tried first.")


def is_guessable(password: str, texts: Iterable[str]) -> bool:
    """Return True for a password with words of its context.

    A word of four letters must not occur; without shorter words enough of the password must be left.
    """
    text = normalize_password(password).casefold()
    words = {word for given in texts for word in re.findall(r"[^\W_]+", normalize_password(given).casefold())}
    if any(word in text for word in words if len(word) >= _CONTAINED_WORD_MIN):
        return True
    for word in words:
        text = text.replace(word, "") if len(word) >= _WORD_MIN else text
    return len(text) < PASSPHRASE_MIN


class UserValidator:
    """Fields of a user."""

    name = HumanText(
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
    # Of sign-in, which refuses no account of an earlier release: in any spelling, with any letters.
    known_name = Text(
        NAME_MAX,
        min_length=1,
        form="NFC",
        required=True,
        metadata=error_code(Code.NAME_FORMAT) | {"example": "Ada"} | {"description": "Name of the user."},
    )
    known_email = Text(
        EMAIL_MAX,
        min_length=1,
        form="NFC",
        pattern="^[^@]+@[^@]+$",
        error="Not a valid email address.",
        required=True,
        metadata=error_code(Code.EMAIL_FORMAT)
        | {"example": "ada@example.com"}
        | {"description": "E-mail address; upper case and surrounding blanks are ignored."},
    )
    new_password = Text(
        PASSWORD_MAX,
        min_length=PASSWORD_MIN,
        form="NFKC",
        required=True,
        load_only=True,
        validate=_check_composition,
        metadata=error_code(Code.PASSWORD_FORMAT)
        | {"format": "password", "example": "Correct-horse-1"}
        | {"description": _RULES_DESCRIPTION},
    )
    new_passphrase = Text(
        PASSWORD_MAX,
        min_length=PASSPHRASE_MIN,
        form="NFKC",
        required=True,
        load_only=True,
        validate=_check_common,
        metadata=error_code(Code.PASSWORD_FORMAT)
        | {"format": "password", "example": "Correct-horse-1"}
        | {"description": _LENGTH_DESCRIPTION},
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
        form="NFKC",
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
