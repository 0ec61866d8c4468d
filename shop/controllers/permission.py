"""The catalogue of permissions over HTTP."""

from dataclasses import dataclass

from shop.constants.permission import Permission
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.auth.policy import SIGNED_IN
from shop.core.i18n.languages import translate
from shop.core.openapi.envelopes import Shape
from shop.schemas.permission import PermissionSchema
from shop.services.user import UserService

blueprint = Blueprint("permissions", __name__, url_prefix="/permissions", description="Permissions that can be granted")


@blueprint.route("")
@dataclass(eq=False)
class PermissionsController(Controller):
    """Permissions, readable by every signed-in user."""

    users: UserService

    @blueprint.response(200, PermissionSchema, shape=Shape.LIST)
    @signed_in(SIGNED_IN)
    def get(self) -> list[dict[str, str]]:
        """List all permissions."""
        return [
            {
                "name": permission.dotted_name,
                "code": permission,
                "kind": permission.kind,
                "sentence": translate(permission.label),
            }
            for permission in Permission
        ]
