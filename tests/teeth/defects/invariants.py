"""Defects of the audit of both stores, `flask shop verify`."""

from tests.teeth.defect import defect, replace

UNITS = "units/test_invariants.py"
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
        UNITS,
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
        "purchase/test_verify.py",
        UNITS,
    ),
    defect(
        "gap_of_numbers_is_filled",
        "Numbers of an epoch have no gaps.",
        "supports/invariant/number_invariants.py",
        replace("if highest != count:", "if highest < count:"),
        VIOLATIONS,
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
    defect(
        "dead_letters_are_not_pending",
        "Dead letters are included in the pending pieces.",
        "supports/invariant/redis_item.py",
        replace("return (*self.waiting, *self.dead)", "return (*self.waiting,)"),
        "purchase/test_verify.py::test_dead_letters_are_included_in_the_check",
    ),
    defect(
        "problem_of_one_check_is_reported",
        "A healthy item on sale is not reported.",
        "jobs/invariant.py",
        replace("if (v.number, *p[:2]) in confirmed", "if confirmed is not None"),
        "purchase/test_verify_while_selling.py::test_a_healthy_item_on_sale_is_not_reported",
    ),
    defect(
        "promised_orders_are_not_checked",
        "An order that a client was promised and that is lost is reported.",
        "services/invariant/__init__.py",
        replace("lost = set(acknowledged_ids)", "lost = set(acknowledged_ids and ())"),
        "purchase/test_verify.py::test_a_lost_acknowledged_order_is_reported",
    ),
)
