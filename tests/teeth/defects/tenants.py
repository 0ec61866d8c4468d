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
        "lists/test_tenants.py::test_a_list_has_no_row_of_another_tenant",
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
        replace("g.client, self._tenant(), guest=True)", "g.client, DEFAULT_TENANT, guest=True)"),
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
)
