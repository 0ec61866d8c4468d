"""Request schemas of registration, sign-in and passwords."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, validates_schema

from shop.validators.user import UserValidator


class RegisterUserChecker(Schema):
    """Fields of a new account."""

    name = UserValidator.name
    email = UserValidator.email
    password = UserValidator.new_password


class SignInUserChecker(Schema):
    """Credentials: a password with an e-mail address or a name."""

    email = UserValidator.email
    name = UserValidator.name
    password = UserValidator.password

    document: ClassVar = {
        "example": {"email": "ada@example.com", "password": "Correct-horse-1"},
    }

    @validates_schema
    def _check_exclusive(self, body: dict[str, Any], **_: Any) -> None:
        if ("email" in body) == ("name" in body):
            raise ValidationError("Say either email or name.", "email")


class ChangePasswordChecker(Schema):
    """Current and new password."""

    current_password = UserValidator.password
    new_password = UserValidator.new_password
