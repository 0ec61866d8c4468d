"""Request schemas of registration, sign-in and passwords."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, validates_schema

from shop.constants.user import PasswordPolicy
from shop.core.caller import Caller
from shop.core.settings.settings import Settings
from shop.core.validation.settings_schema import SettingsSchema
from shop.validators.user import UserValidator, is_guessable

# Names of the service in passwords that are tried first.
SERVICE_WORDS = ("shop",)


class RegisterUserChecker(SettingsSchema):
    """Fields of a new account."""

    name = UserValidator.name
    email = UserValidator.email
    password = UserValidator.new_password

    def for_request(self, settings: Settings, caller: Caller | None) -> Schema:  # noqa: ARG002 - of the base class
        """Return the checker of the password policy."""
        return LengthRegisterUserChecker() if settings.password_policy == PasswordPolicy.LENGTH else self


class LengthRegisterUserChecker(RegisterUserChecker):
    """Fields of a new account, with a password of length."""

    password = UserValidator.new_passphrase

    @validates_schema(skip_on_field_errors=False)
    def _check_context(self, body: dict[str, Any], **_: Any) -> None:
        _check_context(self, body, (body.get("name", ""), body.get("email", "").partition("@")[0]))


class SignInUserChecker(Schema):
    """Credentials: a password with an e-mail address or a name."""

    email = UserValidator.known_email
    name = UserValidator.known_name
    password = UserValidator.password

    document: ClassVar = {
        "example": {"email": "ada@example.com", "password": "Correct-horse-1"},
    }

    # Told together with the errors of single fields, so it checks what was sent.
    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _check_exclusive(self, _: dict[str, Any], sent: Any, **options: Any) -> None:  # noqa: ARG002 - given shape
        if isinstance(sent, dict) and ("email" in sent) == ("name" in sent):
            raise ValidationError("Say either email or name.", "email")


class ChangePasswordChecker(SettingsSchema):
    """Current and new password."""

    current_password = UserValidator.password
    new_password = UserValidator.new_password

    def for_request(self, settings: Settings, caller: Caller | None) -> Schema:
        """Return the checker of the password policy, which knows the caller's words."""
        return LengthChangePasswordChecker(caller) if settings.password_policy == PasswordPolicy.LENGTH else self


class LengthChangePasswordChecker(ChangePasswordChecker):
    """Current password, and a new one of length."""

    new_password = UserValidator.new_passphrase

    def __init__(self, caller: Caller | None = None, **options: Any) -> None:
        super().__init__(**options)
        profile = caller.profile if caller else {}
        self._words = profile.get("name", ""), profile.get("email", "").partition("@")[0]

    @validates_schema(skip_on_field_errors=False)
    def _check_context(self, body: dict[str, Any], **_: Any) -> None:
        _check_context(self, body, self._words)


def _check_context(schema: Schema, body: Mapping[str, Any], words: Iterable[str]) -> None:
    # The password that is set is the last field.
    field = [*schema.fields][-1]
    if field in body and is_guessable(body[field], (*words, *SERVICE_WORDS)):
        raise ValidationError("The password has a word that is easy to guess, such as a name.", field)
