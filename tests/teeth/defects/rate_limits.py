"""Defects of rate limits."""

from tests.teeth.defect import defect, replace

WINDOWS = "core/rate_limiting/test_windows.py"

DEFECTS = (
    defect(
        "seconds_rounded_down",
        "The time until a window ends is rounded up, so that a retry after it is not refused.",
        "core/rate_limiting/windows.py",
        replace("max(1, ceil(left / 1000))", "max(1, left // 1000)"),
        "durations/test_retry_after.py::test_the_seconds_until_the_end_are_rounded_up",
    ),
    defect(
        "one_request_too_many",
        "Exactly the limit passes.",
        "core/rate_limiting/lua/count.lua",
        replace("if windows[i].count >= windows[i].most then", "if windows[i].count > windows[i].most then"),
        "rate_limiting/test_purchases.py::test_purchases_are_counted_across_processes",
    ),
    defect(
        "login_factors_exchanged",
        "An address may sign in to five times, an account from ten times as many.",
        "core/rate_limiting/quota.py",
        replace(
            "{Bucket.LOGIN_ADDRESS: LOGIN_ADDRESS_FACTOR, Bucket.LOGIN_ACCOUNT: LOGIN_ACCOUNT_FACTOR}",
            "{Bucket.LOGIN_ADDRESS: LOGIN_ACCOUNT_FACTOR, Bucket.LOGIN_ACCOUNT: LOGIN_ADDRESS_FACTOR}",
        ),
        "rate_limiting/test_login_limits.py::test_an_address_may_sign_in_to_five_times_as_many_accounts",
    ),
    defect(
        "shortest_wait_of_several_limits",
        "A request that several limits refuse is told the longest wait.",
        "core/rate_limiting/limiter.py",
        replace("max(state.reset_seconds for state in refused)", "min(state.reset_seconds for state in refused)"),
        "core/rate_limiting/test_limiter.py::test_a_request_above_several_limits_waits_for_the_longest",
    ),
    defect(
        "loosest_limit_first",
        "The header lists the tightest limit first.",
        "core/rate_limiting/route_limit.py",
        replace("key=lambda state: state.remaining", "key=lambda state: -state.remaining"),
        "rate_limiting/test_login_limits.py::test_an_address_may_sign_in_to_five_times_as_many_accounts",
    ),
    defect(
        "remaining_and_seconds_exchanged",
        "The header has what is left as `r` and the seconds as `t`.",
        "core/rate_limiting/route_limit.py",
        replace("r={left};t={seconds}", "r={seconds};t={left}"),
        "rate_limiting/test_limit_headers.py::test_every_response_reports_the_remaining_requests",
    ),
    defect(
        "each_token_with_its_own_quota",
        "A user is counted across all its tokens.",
        "core/middleware/rate_limit.py",
        replace('f"user-{claims.user_id}"', 'f"user-{claims.token_id}"'),
        "rate_limiting/test_client_identity.py::test_a_user_is_counted_across_addresses_and_tokens",
    ),
    defect(
        "rate_without_its_number_of_units",
        "`5/30 seconds` allows five requests in thirty seconds.",
        "core/settings/rate.py",
        replace("int(match[2] or 1) * _UNITS[match[3].lower()]", "_UNITS[match[3].lower()]"),
        "core/settings/test_rate.py::test_a_rate_is_parsed_and_formatted",
    ),
    defect(
        "refusal_from_memory_is_not_counted",
        "A purchase that is refused from memory is counted.",
        "services/purchase/__init__.py",
        replace("self.rate_limiter.consume()", "pass", within="_refuse_if_sold_out"),
        "rate_limiting/test_purchases.py::test_a_purchase_refused_from_the_cache_is_counted",
    ),
    defect(
        "forged_address_is_trusted",
        "The client is the last forwarded address that is no trusted proxy.",
        "core/http/client_address.py",
        replace('in reversed(forwarded.split(","))', 'in forwarded.split(",")'),
        "core/http/test_client_address.py::test_the_client_is_the_last_entry_that_is_no_trusted_proxy",
    ),
    defect(
        "password_change_without_the_login_limit",
        "Guesses of the current password are limited like sign-ins.",
        "controllers/user.py",
        replace(
            "get_quota(Bucket.LOGIN, limit_subject(caller.user_id))",
            "get_quota(Bucket.REFRESH, limit_subject(caller.user_id))",
        ),
        "rate_limiting/test_login_limits.py::test_guesses_of_the_current_password_are_limited_like_sign_ins",
    ),
)
