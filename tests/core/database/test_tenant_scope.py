"""Whose work it is has to be said, at the entrance, and is never guessed."""

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

from shop.core.database import tenant_filter as tenant_sql
from shop.core.database.transaction import current_session, in_transaction
from shop.core.logging.setup import TracedRecord
from shop.core.tenant import TenantError, all_tenants, current_tenant, for_tenant_argument, in_tenant
from shop.models.item import Item
from shop.models.order import Order
from shop.repositories.item import ItemRepository
from tests.core.database.two_tenants import TenantDatabases, item_row, run_query

SHOP = Path(__file__).parents[3] / "shop"
# System work: whoever adds a line here says why at the place itself.
EVERY = {
    "core/database/engine.py: _begin_sqlite",
    "core/jobs/job.py: Job.transact",
    "core/auth/session_watch.py: SessionWatch.read",
    "core/auth/tenant_resolver.py: Tenancy._ask",
    "jobs/audit.py: VerifyInvariantsJob.hold",
    "jobs/audit.py: VerifyInvariantsJob.look",
    "jobs/idempotency_record.py: PurgeIdempotencyRecordsJob.purge",
    "jobs/seed.py: SeedJob.ensure_tenant",
    "jobs/session.py: PurgeSessionsJob.purge",
    "jobs/stock/drains.py: Drains.dead_letter",
    "jobs/stock/drains.py: Drainer.write",
    "jobs/stock/__init__.py: PreloadStockJob.find_unloaded",
    "jobs/stock/__init__.py: SyncStockJob.repair",
    "jobs/stock/__init__.py: SyncStockJob.run",
    "jobs/stock/__init__.py: SyncStockJob.run_all",
    "jobs/stock/__init__.py: SyncStockJob.sync",
    "jobs/tenant.py: TenantJob.add",
    "jobs/tenant.py: TenantJob.disable",
    "jobs/tenant.py: TenantJob.enable",
    "jobs/tenant.py: TenantJob.run",
}


@dataclass
class StubJob:
    """What a Job is."""

    @for_tenant_argument
    def run(self, _tenant_id: int, *more: Any, **words: Any) -> tuple[Any, ...]:
        return (current_tenant(), *more, words)


@pytest.mark.parametrize(
    "forgetful",
    [
        lambda: ItemRepository().find(2),
        lambda: ItemRepository().exists(),
        lambda: ItemRepository().sell(2, 1),
        lambda: ItemRepository().create(**item_row(9, 1)),
        lambda: ItemRepository().create_many([item_row(9, 1)]),
        current_session,
    ],
)
def test_a_transaction_of_nobody_sends_nothing(tenant_databases: TenantDatabases, forgetful: Any) -> None:
    with pytest.raises(TenantError, match="No tenant is active"):
        run_query(tenant_databases.shared, lambda _: forgetful())
    with pytest.raises(TenantError, match="No tenant is active"):
        in_transaction(tenant_databases.shared, forgetful)


def test_a_session_that_was_made_beside_the_transaction_sends_nothing(tenant_databases: TenantDatabases) -> None:
    with in_tenant(1), tenant_databases.shared.session_maker() as session:
        for statement in (select(Item), update(Item).values(stock=0)):
            with pytest.raises(TenantError, match="This session belongs to no tenant"):
                session.execute(statement)
        session.add(Item(**item_row(9, 1)))
        with pytest.raises(TenantError, match="This session belongs to no tenant"):
            session.flush()


def test_a_transaction_stays_with_the_tenant_it_began_for(tenant_databases: TenantDatabases) -> None:
    def wander() -> None:
        ours = ItemRepository().find(2)
        assert ours
        for other in (in_tenant(2), all_tenants()):
            with other, pytest.raises(TenantError, match="A transaction is one tenant's"):
                # From the memory of the session, without any SQL.
                ItemRepository().find(2)

    with in_tenant(1):
        in_transaction(tenant_databases.shared, wander)


def test_a_transaction_without_sql_needs_no_tenant(tenant_databases: TenantDatabases) -> None:
    assert in_transaction(tenant_databases.shared, lambda: "done") == "done"


def test_the_innermost_scope_counts_and_ends() -> None:
    with in_tenant(1):
        with in_tenant(2):
            assert current_tenant() == 2
        with all_tenants(), pytest.raises(TenantError, match="This is done for one tenant"):
            current_tenant()
        with pytest.raises(ZeroDivisionError), in_tenant(3):
            _ = 1 // 0
        assert current_tenant() == 1
    with pytest.raises(TenantError, match="No tenant is active"):
        current_tenant()


def test_a_thread_begins_without_a_tenant() -> None:
    with in_tenant(1), ThreadPoolExecutor(1) as pool, pytest.raises(TenantError):
        pool.submit(current_tenant).result()


def test_a_job_works_in_the_tenant_of_its_argument() -> None:
    assert StubJob().run(7, 8, nine=9) == (7, 8, {"nine": 9})
    assert StubJob().run(tenant_id=7, nine=9) == (7, {"nine": 9})  # type: ignore[call-arg]  # as a worker calls it
    with pytest.raises(TenantError):
        current_tenant()


def test_system_work_is_done_where_it_is_listed_and_nowhere_else() -> None:
    found = {
        f"{file.relative_to(SHOP)}: {place}"
        for file in SHOP.rglob("*.py")
        for place in places(ast.parse(file.read_text()))
    }
    assert found == EVERY


def places(tree: ast.AST, name: str = "") -> Iterator[str]:
    """The functions that call `all_tenants`, are decorated with it, or transact for every tenant."""
    for child in ast.iter_child_nodes(tree):
        inner = name
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{name}.{child.name}".lstrip(".")
        said = ast.unparse(child)
        transacts = said.startswith("self.transact(EVERY,")
        if isinstance(child, ast.Call) and (ast.unparse(child.func).endswith("all_tenants") or transacts):
            yield name
        yield from places(child, inner)


def test_a_filter_that_is_lost_is_noticed_before_anything_leaves(
    tenant_databases: TenantDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_sql, "_tenant_criteria", lambda _: with_loader_criteria(Order, Order.seq > 0))
    with pytest.raises(TenantError, match="items is asked here for the rows of every tenant"):
        tenant_databases.query_shared_as_tenant(lambda session: session.scalars(select(Item)).all())


@pytest.mark.parametrize(("scope", "said"), [(in_tenant(7), "7"), (all_tenants(), "every")])
def test_a_line_of_the_log_says_whose_it_is(scope: Any, said: str) -> None:
    with scope:
        record = TracedRecord("x", logging.INFO, "x.py", 1, "hello", (), None)
    assert logging.Formatter("[%(tenant)s] %(message)s").format(record) == f"[{said}] hello"
    assert TracedRecord("x", logging.INFO, "x.py", 1, "hello", (), None).tenant == "-"
