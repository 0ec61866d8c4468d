"""Defects of idempotency keys: leases, records and replays."""

from tests.teeth.defect import defect, replace

DEFECTS = (
    defect(
        "keys_of_a_tenant_instead_of_a_user",
        "Another user may use the same key.",
        "core/idempotency/guard.py",
        replace('f"user:{principal.user_id}"', 'f"user:{principal.tenant_id}"'),
        "http/test_idempotency_keys.py::test_another_user_may_use_the_same_key",
    ),
    defect(
        "conflict_is_stored",
        "A conflict is not stored, since a repeated request may succeed.",
        "core/idempotency/recorder.py",
        replace("408, 409, 412,", "408, 412,"),
        "idempotency/test_stored_responses.py::test_a_temporary_failure_is_not_stored",
    ),
    defect(
        "record_lives_sixty_times_as_long",
        "The record of a key lives for the configured seconds.",
        "core/idempotency/recorder.py",
        replace("timedelta(seconds=self.key.ttl)", "timedelta(minutes=self.key.ttl)"),
        "idempotency/test_policies.py::test_a_route_sets_the_lifetime_of_its_records",
    ),
    defect(
        "lease_in_milliseconds",
        "The lease of a key lives for the configured seconds.",
        "cache_managers/idempotency_record.py",
        replace("int(seconds * 1000), over", "int(seconds), over"),
        "durations/test_redis_lives.py::test_a_key_expires_after_its_life",
    ),
    defect(
        "lease_of_another_request_is_released",
        "A request releases its own lease only.",
        "cache_managers/idempotency_record.py",
        replace('[f"{token}|", note', '["", note'),
        "idempotency/test_races.py::test_a_request_does_not_release_the_lease_of_another_request",
    ),
    defect(
        "record_is_read_before_the_lease",
        "A request that finished before the lease was taken is replayed.",
        "core/idempotency/call.py",
        replace(
            "holder = self._lease(token) stored = self._find_stored() if stored",
            "stored = self._find_stored()\n        holder = self._lease(token)\n        if stored",
        ),
        "idempotency/test_races.py::test_a_request_that_finished_before_the_lease_is_replayed",
    ),
    defect(
        "deletion_hits_the_successor",
        "The deletion of an expired record keeps a newer record of the key.",
        "repositories/idempotency_record.py",
        replace(", IdempotencyRecord.expires_at == expires_at)", ")"),
        "idempotency/test_records.py::test_the_deletion_of_an_expired_record_keeps_its_successor",
    ),
    defect(
        "request_id_is_replayed",
        "A replay has the request id of its own request.",
        "core/idempotency/recorder.py",
        replace('"x-request-id", "retry-after"', '"retry-after"'),
        "idempotency/test_stored_responses.py"
        "::test_headers_of_the_response_are_stored_and_transmission_headers_are_not",
    ),
    defect(
        "key_of_a_failed_purchase_is_used_up",
        "A refused purchase does not use up its key.",
        "cache_managers/stock/lua/reserve.lua",
        replace(
            "local replay = receipt and not used",
            "if notes > 0 then redis.call('SET', KEYS[7 + others], ARGV[11], 'EX', ARGV[13], 'NX') end"
            " local replay = receipt and not used",
        ),
        "purchase/test_purchase_keys.py::test_the_key_of_a_refused_purchase_can_be_used_again",
    ),
)
