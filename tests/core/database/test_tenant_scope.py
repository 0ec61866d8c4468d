"""Tenant scope: it must be set explicitly and is never guessed."""

import ast
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import with_loader_criteria

from shop.core.database import tenant_filter
from shop.core.database.transaction import current_session, in_transaction
from shop.core.logging.setup import TracedRecord
from shop.core.tenant import TenantError, all_tenants, current_tenant, for_tenant_argument, in_tenant
from shop.models.item import Item
from shop.models.order import Order
from shop.repositories.item import ItemRepository
from tests.core.database.support.two_tenants import TenantDatabases, item_row, run_query

pytestmark = pytest.mark.slow
NO_TENANT = "No tenant is active"
SHOP = Path(__file__).parents[3] / "shop"
# Work for all tenants; each place has a comment with the reason.
ALL_TENANTS_PLACES = {
    "core/database/sqlite.py: _lock_before_write",
    "core/jobs/job.py: Job.transact",
    "core/auth/session_watch.py: SessionWatch.refresh",
    "core/auth/tenant_resolver.py: TenantResolver._load",
    "jobs/account.py: AccountJob.describe_equal_addresses",
    "jobs/invariant.py: VerifyInvariantsJob.check",
    "jobs/invariant.py: VerifyInvariantsJob.check_transient",
    "jobs/seed.py: SeedJob.ensure_tenant",
    "core/jobs/purge.py: PurgeJob.purge",
    "jobs/stock/drains.py: Drainer.dead_letter",
    "jobs/stock/drains.py: Drainer.write",
    "jobs/stock/__init__.py: PreloadStockJob.find_unloaded",
    "jobs/stock/__init__.py: SyncStockJob.repair_open_runs",
    "jobs/stock/__init__.py: SyncStockJob.run",
    "jobs/stock/__init__.py: SyncStockJob.reconcile_all",
    "jobs/stock/__init__.py: SyncStockJob.reconcile",
    "jobs/tenant.py: TenantJob.add",
    "jobs/tenant.py: TenantJob.disable",
    "jobs/tenant.py: TenantJob.enable",
    "jobs/tenant.py: TenantJob.run",
}


@dataclass
class StubJob:
    """Stand-in for a Job."""

    @for_tenant_argument
    def run(self, _tenant_id: int, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        return (current_tenant(), *args, kwargs)


@pytest.mark.parametrize(
    "unscoped",
    [
        lambda: ItemRepository().find(2),
        lambda: ItemRepository().exists(),
        lambda: ItemRepository().sell(2, 1),
        lambda: ItemRepository().create(**item_row(9, 1)),
        lambda: ItemRepository().create_many([item_row(9, 1)]),
        current_session,
    ],
)
def test_a_transaction_without_a_tenant_sends_nothing(tenant_databases: TenantDatabases, unscoped: Any) -> None:
    with pytest.raises(TenantError, match=NO_TENANT):
        run_query(tenant_databases.shared, lambda _: unscoped())
    with pytest.raises(TenantError, match=NO_TENANT):
        in_transaction(tenant_databases.shared, unscoped)


def test_a_session_without_a_transaction_sends_nothing(tenant_databases: TenantDatabases) -> None:
    with in_tenant(1), tenant_databases.shared.session_maker() as session:
        for statement in (select(Item), update(Item).values(stock=0)):
            with pytest.raises(TenantError, match="This session has no tenant"):
                session.execute(statement)
        session.add(Item(**item_row(9, 1)))
        with pytest.raises(TenantError, match="This session has no tenant"):
            session.flush()


def test_a_transaction_cannot_change_its_tenant(tenant_databases: TenantDatabases) -> None:
    def switch_tenant() -> None:
        item = ItemRepository().find(2)
        assert item
        for other in (in_tenant(2), all_tenants()):
            with other, pytest.raises(TenantError, match="A transaction is one tenant's"):
                # The row is in the session already, so no SQL is sent.
                ItemRepository().find(2)

    with in_tenant(1):
        in_transaction(tenant_databases.shared, switch_tenant)


def test_a_transaction_without_sql_needs_no_tenant(tenant_databases: TenantDatabases) -> None:
    assert in_transaction(tenant_databases.shared, lambda: "done") == "done"


def test_the_innermost_scope_is_used_until_it_ends() -> None:
    with in_tenant(1):
        with in_tenant(2):
            assert current_tenant() == 2
        with all_tenants(), pytest.raises(TenantError, match="This is done for one tenant"):
            current_tenant()
        with pytest.raises(ZeroDivisionError), in_tenant(3):
            _ = 1 // 0
        assert current_tenant() == 1
    with pytest.raises(TenantError, match=NO_TENANT):
        current_tenant()


def test_a_new_thread_has_no_tenant() -> None:
    with in_tenant(1), ThreadPoolExecutor(1) as pool, pytest.raises(TenantError):
        pool.submit(current_tenant).result()


def test_a_job_runs_in_the_tenant_of_its_argument() -> None:
    assert StubJob().run(7, 8, nine=9) == (7, 8, {"nine": 9})
    assert StubJob().run(tenant_id=7, nine=9) == (7, {"nine": 9})  # type: ignore[call-arg]  # as a worker calls it
    with pytest.raises(TenantError):
        current_tenant()


def test_only_the_listed_places_work_for_all_tenants() -> None:
    places = {
        f"{file.relative_to(SHOP)}: {place}"
        for file in SHOP.rglob("*.py")
        for place in find_places(ast.parse(file.read_text()))
    }
    assert places == ALL_TENANTS_PLACES


def find_places(tree: ast.AST, name: str = "") -> Iterator[str]:
    """Yield the functions that call `all_tenants` or transact for all tenants."""
    for child in ast.iter_child_nodes(tree):
        inner = name
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{name}.{child.name}".lstrip(".")
        transacts = ast.unparse(child).startswith("self.transact(ALL_TENANTS,")
        if isinstance(child, ast.Call) and (ast.unparse(child.func).endswith("all_tenants") or transacts):
            yield name
        yield from find_places(child, inner)


def test_a_statement_that_lost_its_filter_is_rejected_before_it_is_sent(
    tenant_databases: TenantDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_filter, "_tenant_criteria", lambda _: with_loader_criteria(Order, Order.seq > 0))
    with pytest.raises(TenantError, match="items is not filtered by tenant"):
        tenant_databases.query_shared_as_tenant(lambda session: session.scalars(select(Item)).all())


@pytest.mark.parametrize(("scope", "tenant"), [(in_tenant(7), "7"), (all_tenants(), "every")])
def test_a_log_record_has_the_tenant(scope: Any, tenant: str) -> None:
    with scope:
        record = TracedRecord("x", logging.INFO, "x.py", 1, "hello", (), None)
    assert logging.Formatter("[%(tenant)s] %(message)s").format(record) == f"[{tenant}] hello"
    assert TracedRecord("x", logging.INFO, "x.py", 1, "hello", (), None).tenant == "-"
