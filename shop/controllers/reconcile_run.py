"""Repairs over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.reconcile_run import PageReconcileRunChecker
from shop.core.blueprint import Blueprint
from shop.core.controller import Controller, signed_in
from shop.core.documentation import Shape
from shop.core.lists.asked import Asked
from shop.core.lists.pages import Listed
from shop.core.transaction import transactional
from shop.schemas.reconcile_run import ReconcileRunSchema
from shop.services.reconcile_run_list import ReconcileRunListService
from shop.supports.reconcile_run import ReconcileRunPolicy

blueprint = Blueprint("repairs", __name__, url_prefix="/reconcile-runs", description="What the stores disagreed about")


@blueprint.route("")
@dataclass(eq=False)
class ReconcileRunsController(Controller):
    """What was found wrong, and what was done."""

    runs: ReconcileRunListService

    @blueprint.response(200, ReconcileRunSchema, shape=Shape.ASKED)
    @signed_in(ReconcileRunPolicy.view_any)
    @blueprint.arguments(PageReconcileRunChecker, location="query")
    @transactional
    def get(self, asked: Asked) -> Listed[dict[str, Any]]:
        """List the times that Redis and the database disagreed about an item, newest first."""
        return self.runs.page(asked)
