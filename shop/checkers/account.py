"""What requests about the accounts of others may say."""

from marshmallow import Schema

from shop.core.pagination import PageFields
from shop.validators.permission import PermissionValidator
from shop.validators.user import UserValidator


class AssignAccountChecker(Schema):
    """Give a user these roles and permissions, and no others."""

    roles = UserValidator.roles
    permissions = PermissionValidator.codes


class PageAccountChecker(Schema):
    """Ask for a page of users."""

    page = PageFields.page
    per_page = PageFields.per_page
