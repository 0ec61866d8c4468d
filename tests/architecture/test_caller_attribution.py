"""Tests of the attribution of SQL statements to the calling layer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from shop.app import create_app
from shop.architecture.table import STRUCTURES
from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.container import Container
from shop.core.database.engine import Database
from shop.core.database.model import Model
from shop.core.database.transaction import current_session, in_transaction
from shop.core.settings.settings import Settings
from shop.migrations.runner import upgrade
from shop.models.stock_ledger import StockLedger
from shop.repositories.item import ItemRepository
from shop.worker import find_jobs
from tests.architecture.samples.units import function_in

CALL = "def speak(call):\n    return call()\n"
ALL_TENANTS = pytest.mark.usefixtures("every_tenant")
OTHERS = [row for row in STRUCTURES if row.name != "Repository"]


class Base(DeclarativeBase):
    """Base of two tables with a relationship, which shop does not permit."""


class Parent(Base):
    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    children: Mapped[list["Child"]] = relationship()


class Child(Base):
    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id"))


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Parent(id=1, children=[Child(id=1)]))
        session.commit()
        yield session


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(Settings(var=str(tmp_path)))
    Model.metadata.create_all(database.engine)
    return database


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: str(row.name))
def test_sql_of_any_other_structure_is_reported(session: Session, row: Any, origin_findings: Any) -> None:
    call = function_in(f"shop.{row.folder}.alpha", CALL)
    call(lambda: session.execute(text("SELECT  1")))
    (message,) = origin_findings()
    assert message.startswith(f"shop/{row.folder}/alpha.py:2: speak is a")
    assert f" {row.name} and sends SQL: 'SELECT 1'." in message
    assert "Only Repositories query the database" in message


def test_the_permitted_path_is_shown(session: Session, origin_findings: Any) -> None:
    function_in("shop.controllers.alpha", CALL)(lambda: session.execute(text("SELECT 1")))
    assert "(Controller -> Service -> Repository)" in origin_findings()[0]


def test_a_lazy_load_is_reported_at_its_line(session: Session, origin_findings: Any) -> None:
    parent = session.scalars(select(Parent)).one()
    assert origin_findings() == []
    call = function_in("shop.schemas.alpha", "def speak(row):\n    name = 'x'\n    return len(row.children)\n")
    assert call(parent) == 1
    (message,) = origin_findings()
    assert message.startswith("shop/schemas/alpha.py:3: speak is a Schema and sends SQL: 'SELECT children.id")


def test_a_lazy_load_inside_a_model_counts_for_the_model(session: Session, origin_findings: Any) -> None:
    function_in("shop.models.alpha", CALL)(lambda: session.scalars(select(Parent)).one().children)
    assert "speak is a Model and sends SQL" in origin_findings()[0]


@pytest.mark.parametrize("module", ["shop.repositories.alpha", "shop.migrations.alpha", "shop.core.alpha", "alembic.x"])
def test_repositories_migrations_and_the_core_may_send_sql(session: Session, module: str) -> None:
    function_in(module, CALL)(lambda: session.execute(text("SELECT 1")))


def test_the_innermost_structure_is_the_sender(session: Session, origin_findings: Any) -> None:
    inner = function_in("shop.repositories.alpha", CALL)
    function_in("shop.services.alpha", CALL)(lambda: inner(lambda: session.execute(text("SELECT 1"))))
    assert origin_findings() == []
    inner = function_in("shop.services.alpha", CALL)
    function_in("shop.repositories.alpha", CALL)(lambda: inner(lambda: session.execute(text("SELECT 1"))))
    assert "speak is a Service" in origin_findings()[0]


@ALL_TENANTS
def test_an_inherited_method_counts_for_the_repository(database: Database) -> None:
    call = function_in("shop.services.alpha", CALL)
    assert in_transaction(database, lambda: call(lambda: ItemRepository().find(1))) is None


@ALL_TENANTS
def test_a_session_used_by_a_service_is_reported(database: Database, origin_findings: Any) -> None:
    call = function_in("shop.services.alpha", CALL)
    in_transaction(database, lambda: call(lambda: current_session().execute(text("SELECT 1"))))
    assert [line.split(": ")[1] for line in origin_findings()] == ["speak is a Service and sends SQL"] * len(
        origin_findings()
    )
    assert "SELECT 1" in origin_findings()[-1]


@ALL_TENANTS
def test_the_flush_before_the_commit_counts_for_the_transaction(database: Database) -> None:
    now = datetime.now(UTC)
    row = StockLedger(tenant_id=1, item_id=1, delta=1, reason="initial", ref="item:1", created_at=now)
    function_in("shop.jobs.alpha", CALL)(lambda: in_transaction(database, lambda: current_session().add(row)))
    assert row.id == 1


def test_jobs_of_the_project_have_no_finding(tmp_path: Path, redis_url: str) -> None:
    container = Container(Settings(var=str(tmp_path), redis_url=redis_url))
    container.build()
    upgrade(container.get(Database).engine)
    jobs = find_jobs(container)
    assert len(jobs[JobName.SEED].run()) == 4
    jobs[JobName.PRELOAD_STOCK].run()
    assert not any(result.problems for result in jobs[JobName.VERIFY].run())


def test_requests_of_the_project_have_no_finding(tmp_path: Path, redis_url: str) -> None:
    app = create_app(Settings(var=str(tmp_path), redis_url=redis_url))
    container: Container = app.extensions["shop"]
    upgrade(container.get(Database).engine)
    jobs = find_jobs(container)
    (admin, password, _), *_ = jobs[JobName.SEED].run()
    jobs[JobName.LOAD_STOCK].run(tenant_id=1, item_id=1)
    client = app.test_client()
    login = client.post("/api/v1/auth/login", json={"email": admin, "password": password}).get_json()
    token = login["data"]["access_token"]
    authorized = {"Authorization": f"Bearer {token}"}
    with_key = {**authorized, "Idempotency-Key": "once"}
    purchase = client.post("/api/v1/items/1/purchase", json={"quantity": 1}, headers=authorized)
    jobs[JobName.DRAIN_STOCK].run(container.get(StockCacheManager).partition(1, 1))
    statuses = [
        client.get("/api/v1/items").status_code,
        client.patch("/api/v1/items/1", json={"name": "Another name"}, headers=with_key).status_code,
        client.get("/api/v1/orders", headers=authorized).status_code,
        client.get("/readyz").status_code,
    ]
    assert (purchase.status_code, statuses) == (202, [200, 200, 200, 200])
