"""Defects of metrics and logs."""

from tests.teeth.defect import combine, defect, replace, swap

REDACTION = "core/logging/test_redaction.py"

DEFECTS = (
    defect(
        "replayed_purchases_counted_as_executed",
        "Purchases with a key are counted as executed or replayed.",
        "services/purchase/reserve_steps.py",
        replace('else "replayed"', 'else "executed"'),
        "purchase/test_counters.py::test_purchases_and_keys_are_counted_by_outcome",
    ),
    defect(
        "hits_counted_as_misses",
        "Reads of the cache are counted as hits or misses.",
        "core/cache/cache_manager.py",
        combine(
            replace('"miss" if value is None else "hit"', '"hit" if value is None else "miss"'),
            replace('lifetimes, tag), "hit"', 'lifetimes, tag), "miss"'),
            replace('outcome = "miss" return build()', 'outcome = "hit"\n            return build()'),
        ),
        "core/cache/test_cache_manager.py::test_reads_are_counted_by_key_as_hits_or_misses",
    ),
    defect(
        "drain_measured_in_milliseconds",
        "The duration of a drain is measured in seconds.",
        "services/stock/__init__.py",
        replace(
            "self.metrics.observe(DRAIN_SECONDS, (now - started) / 1e6)",
            "self.metrics.observe(DRAIN_SECONDS, (now - started) / 1e3)",
        ),
        "purchase/test_counters.py::test_a_drain_is_timed_in_seconds_from_its_begin_and_from_each_promise",
    ),
    defect(
        "refused_requests_counted_as_alone",
        "Requests that a limit refused are counted as refused.",
        "core/rate_limiting/limiter.py",
        swap('"refused"', '"alone"'),
        "rate_limiting/test_purchases.py::test_refused_purchases_are_counted_like_other_outcomes",
        "rate_limiting/test_redis_data_loss.py",
    ),
    defect(
        "mismatch_counted_as_refused",
        "A key that was used for another request is counted as a mismatch.",
        "core/idempotency/metrics.py",
        replace('g.idempotency_outcome = "mismatch"', 'g.idempotency_outcome = "refused"'),
        "http/observability/test_metrics.py::test_idempotent_requests_are_counted_by_outcome",
    ),
    defect(
        "age_of_the_youngest_outbox",
        "The age of the oldest waiting order is that of all outboxes.",
        "services/queue_metric.py",
        replace(
            "max(backlog.oldest_seconds for backlog in backlogs)", "min(backlog.oldest_seconds for backlog in backlogs)"
        ),
        "http/observability/test_gauges.py::test_the_oldest_entry_of_all_partitions_is_measured_in_seconds",
    ),
    defect(
        "value_on_the_edge_in_the_next_bucket",
        "A bucket of a histogram includes its upper edge.",
        "core/metrics/metrics.py",
        combine(
            replace("bisect_left(histogram.buckets, seconds)", "bisect_right(histogram.buckets, seconds)"),
            replace("from bisect import bisect_left", "from bisect import bisect_left, bisect_right"),
        ),
        "core/metrics/test_metrics.py::test_a_bucket_includes_its_edge",
    ),
    defect(
        "age_of_the_reconciliation_with_the_wrong_sign",
        "The time since the last reconciliation grows.",
        "services/queue_metric.py",
        replace("age = self.clock.microseconds() / 1e6 - moment", "age = moment - self.clock.microseconds() / 1e6"),
        "http/observability/test_gauges.py::test_each_gauge_measures_its_own_queue",
    ),
    defect(
        "proxy_logged_as_client",
        "The log has the address of the client, not of the proxy.",
        "core/middleware/access_log.py",
        replace(
            "self.client_addresses.resolve(self.peer, self.forwarded)", "self.client_addresses.resolve(self.peer, None)"
        ),
        "core/middleware/test_access_log.py::test_a_client_behind_a_trusted_proxy_is_logged_by_its_own_address",
    ),
    defect(
        "key_in_the_log",
        "An idempotency key is logged as its digest.",
        "core/middleware/access_log.py",
        replace(
            "digest(self.idempotency_key) if self.idempotency_key else None",
            "self.idempotency_key or digest(self.path)",
        ),
        "http/test_access_log.py::test_a_record_describes_the_request_and_the_response",
    ),
    defect(
        "eleventh_failure_is_logged",
        "At most ten equal failures a minute are logged.",
        "core/logging/throttle.py",
        replace("return count.total <= MAX_PER_MINUTE", "return count.total <= MAX_PER_MINUTE + 1"),
        "core/logging/test_throttle.py::test_ten_records_a_minute_pass_and_the_others_are_summarized",
    ),
)
