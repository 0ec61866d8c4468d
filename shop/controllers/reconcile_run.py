"""Repairs over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.reconcile_run import PageReconcileRunChecker
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.database.transaction import transactional
from shop.core.openapi.envelopes import Shape
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.schemas.reconcile_run import ReconcileRunSchema
from shop.services.reconcile_run_list import ReconcileRunListService
from shop.supports.reconcile_run import ReconcileRunPolicy

blueprint = Blueprint(
    "repairs", __name__, url_prefix="/reconcile-runs", description="Repairs after differences between the stores"
)


@blueprint.route("")
@dataclass(eq=False)
class ReconcileRunsController(Controller):
    """Repairs and their causes."""

    runs: ReconcileRunListService

    @blueprint.response(200, ReconcileRunSchema, shape=Shape.QUERY)
    @signed_in(ReconcileRunPolicy.view_any)
    @blueprint.arguments(PageReconcileRunChecker, location="query")
    @transactional
    def get(self, query: ListQuery) -> AnyPage[dict[str, Any]]:
        """List repairs of items whose stores differed, newest first."""
        return self.runs.page(query)
