"""What requests about the accounts of others may say."""

from typing import ClassVar

from marshmallow import Schema

from shop.constants.permission import SYSTEM_CODES
from shop.constants.user import UserRole
from shop.core.pagination import PageFields
from shop.validators.permission import PermissionValidator
from shop.validators.user import UserValidator


class AssignAccountChecker(Schema):
    """Give a user these roles and permissions, and no others."""

    roles = UserValidator.roles
    permissions = PermissionValidator.codes

    # What is the system's, administrators alone may have.
    document: ClassVar = {
        "anyOf": [
            {"properties": {"roles": {"contains": {"const": UserRole.ADMIN.value}}}},
            {"properties": {"permissions": {"items": {"not": {"enum": SYSTEM_CODES}}}}},
        ],
    }


class PageAccountChecker(Schema):
    """Ask for a page of users."""

    page = PageFields.page
    per_page = PageFields.per_page
