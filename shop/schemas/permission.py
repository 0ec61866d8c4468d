"""Response schema of permissions."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from shop.constants.permission import SENTENCE_MAX, Permission, PermissionKind
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Text


class PermissionSchema(Schema):
    """Permission that can be granted to users."""

    name = fields.String(
        required=True,
        validate=OneOf([permission.dotted_name for permission in Permission]),
        metadata={"description": "Name of the permission."},
    )
    code = Choice(
        Permission,
        required=True,
        metadata={"description": "Number of the permission, as it is granted; it is no error code."},
    )
    kind = Choice(PermissionKind, required=True, metadata={"description": "Kind of the permission."})
    sentence = Text(
        SENTENCE_MAX,
        min_length=1,
        required=True,
        metadata={
            "description": "What the permission allows, in the language of the caller.",
            "example": Permission.USERS_VIEW_ANY.sentence,
        },
    )
