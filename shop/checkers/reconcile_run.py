"""What requests about repairs may say."""

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.validators.item import ItemValidator
from shop.validators.reconcile_run import ReconcileRunValidator


class PageReconcileRunChecker(ListChecker):
    """Ask for repairs."""

    listing = ReconcileRunValidator.words.relate("item", Relation(ItemValidator.words.pick("name", "status")))
