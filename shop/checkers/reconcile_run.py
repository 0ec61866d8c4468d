"""What requests about repairs may say."""

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.validators.item import ItemValidator
from shop.validators.reconcile_run import ReconcileRunValidator


class PageReconcileRunChecker(ListChecker):
    """Ask for repairs."""

    spec = ReconcileRunValidator.spec.with_relation("item", Relation(ItemValidator.spec.pick("name", "status")))
