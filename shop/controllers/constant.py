"""Selection lists over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.policy import public_access
from shop.core.errors import CoreExceptionCode
from shop.core.openapi.cache_control import cache_control
from shop.core.openapi.envelopes import Shape
from shop.core.openapi.failures import failing
from shop.core.validation.choices import Choices
from shop.schemas.constant import ConstantSchema, OptionSchema

blueprint = Blueprint("constants", __name__, url_prefix="/constants", description="Lists to select from")

_UNKNOWN = failing(CoreExceptionCode.CONSTANT_UNKNOWN, name="colours", allowed="item_status, user_role")
# The lists change only with a new release.
_CACHE_CONTROL = "public, max-age=300"


@blueprint.route("")
@dataclass(eq=False)
class ConstantsController(Controller):
    """Selection lists."""

    choices: Choices

    @blueprint.response(200, ConstantSchema, shape=Shape.LIST)
    @cache_control(_CACHE_CONTROL)
    @public_access
    def get(self) -> list[dict[str, Any]]:
        """List all selection lists, such as states, roles and permissions, with labels."""
        return self.choices.list_all()


@blueprint.route("/<choice:constant>")
@dataclass(eq=False)
class ConstantController(Controller):
    """One selection list."""

    choices: Choices

    @blueprint.response(200, OptionSchema, shape=Shape.LIST, errors=(_UNKNOWN,))
    @cache_control(_CACHE_CONTROL)
    @public_access
    def get(self, constant: str) -> list[dict[str, str]]:
        """Read the values and labels of one list."""
        return self.choices.get_options(constant)
