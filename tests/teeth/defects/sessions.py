"""Defects of sessions, tokens and passwords."""

from tests.teeth.defect import defect, replace, swap

DEFECTS = (
    defect(
        "retry_of_a_refresh_for_ten_minutes",
        "A spent refresh token is valid again for the configured seconds only.",
        "services/session/__init__.py",
        replace(
            "timedelta(seconds=self.settings.refresh_retry_seconds)",
            "timedelta(minutes=self.settings.refresh_retry_seconds)",
        ),
        "durations/test_sessions.py::test_a_spent_refresh_token_returns_its_successor_for_ten_seconds",
    ),
    defect(
        "expired_session_is_refreshed",
        "A refresh token of an expired session is refused.",
        "services/session/__init__.py",
        replace("or session.expires_at <= now:", "or session.created_at > now:"),
        "durations/test_sessions.py::test_a_session_lives_for_its_lifetime_after_each_refresh",
    ),
    defect(
        "refresh_does_not_extend_the_session",
        "A refresh extends the session by the life of a refresh token.",
        "services/session/__init__.py",
        replace(
            "session.expires_at = now + timedelta(seconds=self.settings.refresh_lifetime)",
            "session.expires_at = session.created_at + timedelta(seconds=self.settings.refresh_lifetime)",
        ),
        "accounts/test_session_times.py::test_a_session_shows_its_begin_its_refresh_and_its_end",
    ),
    defect(
        "password_change_ends_the_own_session",
        "A password change ends all sessions but the own one.",
        "services/session/__init__.py",
        replace("if session.id != except_id", "if session.id == except_id"),
        "http/test_sessions.py::test_a_password_change_ends_the_other_sessions",
    ),
    defect(
        "session_of_another_user_can_be_ended",
        "A user ends only own sessions.",
        "services/session/__init__.py",
        replace(
            "SessionPolicy.end.allows_row(caller, session.user_id)",
            "SessionPolicy.end.allows_row(caller, caller.user_id)",
        ),
        "http/test_sessions.py::test_a_user_cannot_end_the_session_of_another_user",
    ),
    defect(
        "purge_of_sessions_that_are_valid",
        "The purge of sessions deletes only those that ended long ago.",
        "services/session/__init__.py",
        replace("self.clock.now() - retention", "self.clock.now() + retention"),
        "durations/test_sessions.py::test_a_session_is_purged_a_day_or_a_token_life_after_its_end",
    ),
    defect(
        "revoked_buyer_is_trusted_again",
        "A buyer that signed out cannot buy, not even in a race.",
        "cache_managers/stock/reservations.py",
        replace('set(name, "1", ex=self.buyer.ttl, nx=True)', 'set(name, "1", ex=self.buyer.ttl)'),
        "accounts/test_session_cache.py::test_a_buyer_that_is_trusted_after_sign_out_stays_unknown",
    ),
    defect(
        "revocation_in_one_partition",
        "A sign-out revokes the buyer in every partition.",
        "cache_managers/stock/reservations.py",
        replace("for number in range(PARTITIONS)", "for number in range(1)", within="revoke_buyer"),
        "http/test_sessions.py::test_a_signed_out_user_cannot_buy",
    ),
    defect(
        "cached_session_outlives_its_token",
        "A cached session expires with its token.",
        "services/session/authentication.py",
        replace("claims.expires - self.clock.now().timestamp()", "claims.expires"),
        "accounts/test_session_cache.py::test_a_cached_session_contains_no_hash_and_expires_with_the_token",
    ),
    defect(
        "leeway_with_the_wrong_sign",
        "An expired token is accepted within the configured leeway.",
        "core/crypto/tokens.py",
        replace("claims.expires + self.settings.token_leeway", "claims.expires - self.settings.token_leeway"),
        "durations/test_sessions.py::test_a_verified_access_token_is_accepted_until_its_expiry_and_the_leeway",
    ),
    defect(
        "unknown_account_is_refused_faster",
        "A sign-in of an unknown account takes as long as one with a wrong password.",
        "services/user.py",
        replace(
            "match = self.passwords.verify(expected_hash, password)",
            "match = self.passwords.verify(expected_hash, password) if found else False",
        ),
        "accounts/test_sign_in.py::test_a_login_of_an_unknown_account_computes_a_hash_too",
    ),
    defect(
        "times_of_a_session_exchanged",
        "A session shows when it began and when it was last refreshed.",
        "combinations/session.py",
        swap("format_rfc3339(session.created_at)", "format_rfc3339(session.refreshed_at)"),
        "accounts/test_session_times.py::test_a_session_shows_its_begin_its_refresh_and_its_end",
    ),
)
