"""What requests about users may say."""

from marshmallow import Schema

from shop.validators.user import UserValidator


class RegisterUserChecker(Schema):
    """Open an account."""

    name = UserValidator.name
    email = UserValidator.email
    password = UserValidator.new_password


class SignInUserChecker(Schema):
    """Sign in."""

    email = UserValidator.email
    password = UserValidator.password
