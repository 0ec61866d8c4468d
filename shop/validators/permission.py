"""Request fields of permissions and their error codes."""

from marshmallow import fields
from marshmallow.validate import Length

from shop.constants.permission import Permission
from shop.core.validation.choices import Choice
from shop.core.validation.fields import error_code
from shop.exception_codes.permission import PermissionExceptionCode as Code


class PermissionValidator:
    """Fields of permissions."""

    codes = fields.List(
        Choice(Permission),
        required=True,
        validate=Length(max=len(Permission)),
        metadata=error_code(Code.PERMISSIONS_FORMAT)
        | {"example": [Permission.USERS_GRANT.code]}
        | {
            "description": "Codes of permissions: "
            + ", ".join(f"{permission.dotted_name} ({permission.code})" for permission in Permission)
            + "."
        },
    )
