"""Defects of roles, permissions and masked fields."""

from tests.teeth.defect import defect, replace

ROLES = "http/test_role_assignment.py"

DEFECTS = (
    defect(
        "permission_that_is_not_held_is_revoked",
        "A clerk grants and revokes only own permissions.",
        "services/account.py",
        replace("set(permissions) ^ set(decode_permissions(", "set(permissions) - set(decode_permissions("),
        f"{ROLES}::test_a_clerk_grants_and_revokes_only_own_permissions",
    ),
    defect(
        "sessions_of_a_disabled_user_go_on",
        "A disabled user is signed out.",
        "service_managers/account.py",
        replace(
            "self.sessions.end_all(user_id, SessionEndReason.DISABLED)",
            "self.sessions.end_all(caller.user_id and 0, SessionEndReason.DISABLED)",
        ),
        "http/test_disabled_users.py::test_a_disabled_user_is_unauthenticated_until_enabled",
    ),
    defect(
        "changed_permissions_wait_for_the_cache",
        "Changed permissions apply to the next request in every process.",
        "service_managers/account.py",
        replace("self.sessions.invalidate(user_id)", "self.sessions.invalidate(caller.user_id)"),
        f"{ROLES}::test_changed_permissions_apply_to_the_next_request_in_every_process",
    ),
    defect(
        "rights_of_the_cached_caller",
        "Of two administrators that demote each other at once, one stays.",
        "services/account.py",
        replace("rule.check(None if own_row.disabled_at else actor)", "rule.check(caller)"),
        f"{ROLES}::test_two_administrators_cannot_demote_each_other_concurrently",
    ),
    defect(
        "reader_of_orders_may_cancel",
        "Cancelling orders of others needs its own permission.",
        "supports/order.py",
        replace("cancel = owner_or(Permission.ORDERS_CANCEL_ANY)", "cancel = owner_or(Permission.ORDERS_VIEW_ANY)"),
        "units/test_policies.py::test_a_rule_decides_as_in_the_table",
    ),
    defect(
        "rows_of_others_are_visible",
        "A row of another owner is visible with the permission only.",
        "core/auth/policy.py",
        replace("self.own and caller.user_id == owner_id", "self.own and caller.user_id >= owner_id"),
        "units/test_policies.py::test_a_rule_decides_as_in_the_table",
    ),
    defect(
        "mask_by_another_owner",
        "The owner of a row sees a masked field in full, others do not.",
        "controllers/account.py",
        replace('owner="id"', 'owner="tenant_id"'),
        "http/test_users.py::test_users_are_listed_newest_first_with_masked_emails",
    ),
    defect(
        "search_by_a_masked_address",
        "Callers that see masked addresses cannot search by them.",
        "checkers/account.py",
        replace(
            '.restrict(UserPolicy.view_email.has_permission, "email")',
            '.restrict(UserPolicy.view_email.has_permission, "name")',
        ),
        "lists/test_hidden_fields.py::test_only_administrators_search_by_email_address",
    ),
)
