"""Request schemas of the repairs API."""

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.validators.item import ItemValidator
from shop.validators.reconcile_run import ReconcileRunValidator


class PageReconcileRunChecker(ListChecker):
    """Query of repairs."""

    spec = ReconcileRunValidator.spec.with_relation("item", Relation(ItemValidator.spec.pick("name", "status")))
