"""The wire form of permissions."""

from marshmallow import Schema, fields


class PermissionSchema(Schema):
    """Something that a user can be given leave to do."""

    code = fields.String(required=True, metadata={"pattern": "^[0-9]{6}$"})
    name = fields.String(required=True)
    kind = fields.String(required=True)
    sentence = fields.String(required=True)
