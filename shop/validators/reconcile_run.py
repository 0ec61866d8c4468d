"""The words a request may use about a repair."""

from shop.core.query.spec import Listing, Word


class ReconcileRunValidator:
    """Fields of a repair."""

    words = Listing(
        {
            "id": Word.whole(),
            "item_id": Word.whole(),
            "cause": Word.label(),
            "expected": Word.phrase(sortable=False),
            "found": Word.phrase(sortable=False),
            "done": Word.phrase(sortable=False),
            "open": Word.truth(),
            "created_at": Word.moment(),
            "updated_at": Word.moment(),
        }
    )
