"""Defects of drains, loads and other jobs."""

from tests.teeth.defect import defect, replace, swap

DRAINS = "purchase/test_drains.py"

DEFECTS = (
    defect(
        "order_with_the_price_of_the_moment",
        "The total of an order is made of the price at which it was reserved.",
        "services/stock/writing.py",
        replace(
            "[order_row(reservation, now) for reservation in reservations]",
            "[{**order_row(r, now), 'total_minor': (self.items.find(r.item_id) or r).price_minor * r.quantity}"
            " for r in reservations]",
        ),
        "purchase/test_money.py::test_an_order_has_the_price_of_its_purchase",
    ),
    defect(
        "order_with_the_time_of_its_drain",
        "The time of an order is that of its purchase.",
        "services/stock/rows.py",
        replace("from_microseconds(reservation.moment)", "now"),
        "purchase/test_written_rows.py::test_a_written_order_has_the_time_of_its_purchase",
    ),
    defect(
        "void_number_takes_pieces",
        "The ledger line of a void number changes no stock.",
        "services/stock/rows.py",
        replace('{"delta": 0, "reason": StockReason.VOID,', '{"reason": StockReason.VOID,'),
        "purchase/test_late_drains.py::test_a_purchase_reserved_twice_is_written_once_and_its_second_number_is_void",
    ),
    defect(
        "written_order_leaves_pieces_pending",
        "A written order leaves no pieces pending.",
        "cache_managers/stock/lua/finalize.lua",
        replace("'pend', '-' .. quantity", "'pend', '-1'"),
        "purchase/test_verify.py::test_all_invariants_hold_without_a_corruption",
    ),
    defect(
        "receipt_of_a_written_order_lives_for_ever",
        "The receipt of a written order expires.",
        "cache_managers/stock/lua/finalize.lua",
        replace(", 'EX', ARGV[1])", ")"),
        "purchase/test_written_rows.py::test_the_receipt_expires_after_its_order_is_written",
    ),
    defect(
        "doubled_purchase_keeps_its_limit",
        "Pieces that were reserved twice are given back to the limit of the buyer.",
        "cache_managers/stock/lua/finalize.lua",
        replace(
            "if redis.call('HEXISTS', limit, user) == 1 then redis.call('HINCRBY', limit, user, '-' .. back) end", ""
        ),
        "purchase/test_owners.py::test_a_doubled_entry_gives_the_pieces_back_to_the_limit_of_its_buyer",
    ),
    defect(
        "discarded_order_keeps_its_limit",
        "Discarding a dead letter gives its pieces back to the limit of the buyer.",
        "cache_managers/stock/lua/discard.lua",
        replace(
            "if redis.call('HEXISTS', KEYS[4], ARGV[6]) == 1 then"
            " redis.call('HINCRBY', KEYS[4], ARGV[6], -ARGV[4]) end",
            "",
        ),
        "purchase/test_owners.py::test_a_discarded_dead_letter_gives_the_pieces_back_to_the_limit_of_its_buyer",
    ),
    defect(
        "wake_flag_is_reset_after_the_last_read",
        "An entry that is added after the last read of a drain wakes a new one.",
        "jobs/stock/__init__.py",
        swap("self.outbox.reset_wake_flag(partition)", "_, count = self._drain_until(partition, after, turn)"),
        "purchase/test_written_rows.py::test_an_order_that_comes_after_the_last_read_of_a_drain_requests_another",
    ),
    defect(
        "readmitted_order_is_not_counted_in_the_limit",
        "A readmitted order counts towards the limit of its buyer.",
        "cache_managers/stock/lua/readmit.lua",
        replace("if item[4] ~= '' then redis.call('HINCRBY', KEYS[4], ARGV[6], ARGV[2]) end", ""),
        "purchase/test_owners.py::test_a_readmitted_reservation_counts_for_its_buyer",
    ),
    defect(
        "age_of_the_oldest_entry_in_another_unit",
        "The age of the oldest waiting order is in seconds.",
        "cache_managers/stock/outbox.py",
        replace("now[0] + now[1] / 1e6 - began", "now[0] + now[1] / 1e3 - began"),
        "http/observability/test_gauges.py::test_the_oldest_entry_of_all_partitions_is_measured_in_seconds",
    ),
    defect(
        "load_ignores_the_epoch_of_redis",
        "A load begins an epoch that neither store has used.",
        "services/sale_gate.py",
        replace("max(item.epoch, last, redis_epoch) + 1", "max(item.epoch, last) + 1"),
        "purchase/test_reconcile.py::test_entries_waiting_while_an_epoch_is_set_back_get_new_numbers",
    ),
    defect(
        "load_admits_buyers_before_older_orders",
        "Buyers are admitted after the reservations of older epochs are counted.",
        "jobs/stock/loads.py",
        replace("raise TryAgain(", "print("),
        "purchase/test_older_epochs.py::test_an_uncounted_older_reservation_keeps_the_gate_closed",
    ),
    defect(
        "job_with_one_attempt_too_few",
        "A job is tried three times after transient errors.",
        "core/jobs/job.py",
        replace("stop_after_attempt(1 + len(PAUSES_SECONDS))", "stop_after_attempt(len(PAUSES_SECONDS))"),
        "core/jobs/test_job_retries.py::test_a_job_succeeds_within_three_attempts",
    ),
)
