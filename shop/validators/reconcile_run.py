"""Query fields of repairs."""

from shop.core.query.spec import FieldSpec, ResourceSpec


class ReconcileRunValidator:
    """Fields of a repair."""

    spec = ResourceSpec(
        {
            "id": FieldSpec.integer(),
            "item_id": FieldSpec.integer(),
            "cause": FieldSpec.exact_text(),
            "expected": FieldSpec.searchable_text(sortable=False),
            "found": FieldSpec.searchable_text(sortable=False),
            "done": FieldSpec.searchable_text(sortable=False),
            "open": FieldSpec.boolean(),
            "created_at": FieldSpec.datetime(),
            "updated_at": FieldSpec.datetime(),
        }
    )
