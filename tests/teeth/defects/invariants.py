"""Defects of the audit of both stores, `flask shop verify`."""

from tests.teeth.defect import defect, replace

UNITS = "units/invariants/test_invariants.py"
VIOLATIONS = f"{UNITS}::test_a_violation_is_reported_with_item_and_numbers"
CONSISTENT = f"{UNITS}::test_a_consistent_change_breaks_nothing"

DEFECTS = (
    defect(
        "credits_with_the_wrong_sign",
        "A credit that Redis has not applied yet is no difference between the stores.",
        "supports/invariant/stock_invariants.py",
        replace("snapshot.stock - credit:", "snapshot.stock + credit:"),
        CONSISTENT,
        "purchase/test_verify.py::test_a_credit_not_yet_applied_in_redis_is_no_difference",
    ),
    defect(
        "applied_credit_counted_again",
        "The last credit that Redis has applied is not pending.",
        "supports/invariant/ledger_summary.py",
        replace("if (line.adj_seq or 0) > applied else 0", "if (line.adj_seq or 0) >= applied else 0"),
        "purchase/test_verify.py::test_all_invariants_hold_without_a_corruption",
    ),
    defect(
        "age_of_entries_in_seconds",
        "An entry that waits longer than five seconds is reported.",
        "supports/invariant/stock_invariants.py",
        replace("> OUTBOX_AGE_MAX_SECONDS * 1000:", "> OUTBOX_AGE_MAX_SECONDS * 1_000_000:"),
        VIOLATIONS,
    ),
    defect(
        "limit_that_is_reached_is_reported",
        "A buyer with as many pieces as the limit breaks no invariant.",
        "supports/invariant/order_invariants.py",
        replace(
            "if (snapshot.limit or 0) < snapshot.orders.units_held[user_id]:",
            "if (snapshot.limit or 0) <= snapshot.orders.units_held[user_id]:",
        ),
        CONSISTENT,
    ),
    defect(
        "cancelled_pieces_are_held",
        "A cancelled order does not count towards the limit in the audit.",
        "supports/invariant/order_summary.py",
        replace(
            "else: self.units_held[line.user_id] += line.quantity", "self.units_held[line.user_id] += line.quantity"
        ),
        "purchase/test_cancellation.py::test_a_cancelled_purchase_does_not_count_against_the_limit",
    ),
    defect(
        "buyer_of_another_tenant",
        "Buyers have the tenant of the item.",
        "supports/invariant/number_invariants.py",
        replace("if home != snapshot.tenant_id:", "if home is None:"),
        VIOLATIONS,
    ),
    defect(
        "prices_are_not_compared",
        "An order and its receipt have the same price.",
        "supports/invariant/records.py",
        replace("unit_price=agreed.unit_price_minor", "unit_price=agreed.quantity"),
        "purchase/test_verify.py::test_a_corruption_is_reported_and_nothing_else",
    ),
)
