"""Defects of the separation of tenants."""

from tests.teeth.defect import combine, defect, replace

RESOLVER = "core/auth/test_tenant_resolver.py"

DEFECTS = (
    defect(
        "list_of_users_of_all_tenants",
        "An administrator lists only users of the own tenant.",
        "controllers/account.py",
        combine(
            replace(
                "@transactional def get(self, query: ListQuery)",
                "@all_tenants()\n    @transactional\n    def get(self, query: ListQuery)",
            ),
            replace(
                "from shop.core.query.query import ListQuery",
                "from shop.core.query.query import ListQuery\nfrom shop.core.tenant import all_tenants",
            ),
        ),
        "http/test_tenants.py::test_lists_contain_only_rows_of_the_own_tenant",
    ),
    defect(
        "pending_order_of_another_tenant",
        "The pending order of another tenant does not exist, even for administrators.",
        "cache_managers/stock/reservations.py",
        replace("if receipt.tenant_id == current_tenant()", "if receipt.tenant_id and current_tenant()"),
        "http/test_tenants.py::test_a_pending_order_of_another_tenant_is_not_found",
    ),
    defect(
        "tenant_name_with_case",
        "The name of a tenant in the header is compared without case.",
        "core/auth/tenant_resolver.py",
        replace("index.by_slug.get(slug.lower())", "index.by_slug.get(slug)"),
        "core/auth/test_tenant_resolver.py::test_the_token_decides_then_the_header_then_the_host",
    ),
    defect(
        "token_of_a_disabled_tenant",
        "Tokens of a disabled tenant are refused.",
        "core/auth/tenant_resolver.py",
        replace("if entry is None or not entry.enabled:", "if entry is None:", within="_find_by_token"),
        f"{RESOLVER}::test_a_disabled_tenant_is_refused_by_token_header_and_host",
    ),
    defect(
        "header_before_token",
        "The tenant of the token overrides header and host.",
        "core/auth/tenant_resolver.py",
        replace(
            "self._find_by_token(index) or _find_by_address(index)",
            "_find_by_address(index) or self._find_by_token(index)",
        ),
        f"{RESOLVER}::test_the_token_decides_then_the_header_then_the_host",
    ),
    defect(
        "list_of_tenants_for_an_hour",
        "A change of a tenant takes effect within seconds.",
        "core/auth/tenant_resolver.py",
        replace(
            "self._cached = time.monotonic() + INDEX_TTL_SECONDS, index",
            "self._cached = time.monotonic() + INDEX_TTL_SECONDS * 1000, index",
        ),
        f"{RESOLVER}::test_a_change_takes_effect_when_the_list_expires",
    ),
    defect(
        "cache_of_one_tenant_for_all",
        "Tenants share no cached value.",
        "core/cache/cache_manager.py",
        replace("return key(tenant=current_tenant(), **parts)", "return key(tenant=current_tenant() and 1, **parts)"),
        "catalogue/test_draft_visibility.py::test_tenants_share_neither_items_nor_pages",
    ),
    defect(
        "address_counted_in_the_default_tenant",
        "An address is counted separately in each tenant.",
        "core/middleware/rate_limit.py",
        replace("g.client, self._tenant())", "g.client, DEFAULT_TENANT)"),
        "rate_limiting/test_client_identity.py::test_an_address_is_counted_separately_in_each_tenant",
    ),
    defect(
        "log_of_another_tenant",
        "A log search finds no record of another tenant.",
        "services/log.py",
        replace(
            'self._find("request_id", [request_id], str(tenant_id))',
            'self._find("request_id", [request_id], None if tenant_id else "")',
        ),
        "http/observability/test_logs.py::test_another_tenant_finds_nothing",
    ),
    defect(
        "cursor_of_another_tenant",
        "A cursor is valid in the tenant that it was made for only.",
        "core/database/select.py",
        replace(
            "fingerprint((current_scope(), *self.list_id))", "fingerprint((1, *self.list_id)) or str(current_scope())"
        ),
        "http/test_lists.py::test_a_cursor_is_rejected_in_another_tenant",
    ),
    defect(
        "joined_table_without_filter",
        "An aliased table is filtered by tenant, too.",
        "core/database/tenant_filter.py",
        replace("include_aliases=True", "include_aliases=False"),
        "core/database/test_tenant_queries.py::test_a_query_returns_the_same_as_without_the_other_tenant",
    ),
    defect(
        "token_of_one_tenant_for_the_user_of_another",
        "A row that belongs to another tenant cannot be written.",
        "core/database/tenant_filter.py",
        replace("for row in (*session.new, *session.dirty, *session.deleted):", "for row in (*session.new,):"),
        "core/database/test_tenant_writes.py::test_a_row_cannot_move_to_another_tenant",
    ),
)
