"""Response schema of permissions."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from shop.constants.permission import SENTENCE_MAX, Permission, PermissionKind
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Text


class PermissionSchema(Schema):
    """Permission that can be granted to users."""

    code = Choice(Permission, required=True)
    name = fields.String(required=True, validate=OneOf([permission.dotted_name for permission in Permission]))
    kind = Choice(PermissionKind, required=True)
    sentence = Text(SENTENCE_MAX, min_length=1, required=True, metadata={"example": Permission.USERS_VIEW_ANY.sentence})
