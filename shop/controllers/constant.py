"""Selection lists over HTTP."""

from dataclasses import dataclass

from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.policy import public_access
from shop.core.http.envelope import Answer
from shop.core.openapi.envelopes import Shape
from shop.core.validation.choices import Choices
from shop.schemas.constant import ConstantSchema, OptionSchema

blueprint = Blueprint("constants", __name__, url_prefix="/constants", description="Lists to select from")

# The lists change only with a new release.
_CACHE_HEADERS = {"Cache-Control": "public, max-age=300"}


@blueprint.route("")
@dataclass(eq=False)
class ConstantsController(Controller):
    """Selection lists."""

    choices: Choices

    @blueprint.response(200, ConstantSchema, shape=Shape.LIST)
    @public_access
    def get(self) -> Answer:
        """List all selection lists, such as states, roles and permissions, with labels."""
        return Answer(self.choices.list_all(), headers=_CACHE_HEADERS)


@blueprint.route("/<choice:constant>")
@dataclass(eq=False)
class ConstantController(Controller):
    """One selection list."""

    choices: Choices

    @blueprint.response(200, OptionSchema, shape=Shape.LIST, errors=(404,))
    @public_access
    def get(self, constant: str) -> Answer:
        """Read the values and labels of one list."""
        return Answer(self.choices.get_options(constant), headers=_CACHE_HEADERS)
