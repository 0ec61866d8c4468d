"""Tests of the attribution of SQL statements to the calling layer."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ForeignKey, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from shop.app import create_app
from shop.architecture.finding import Finding
from shop.architecture.table import STRUCTURES
from shop.cache_managers.session import SessionCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.container import Container
from shop.core.database.engine import Database
from shop.core.database.model import Model
from shop.core.database.transaction import current_session, in_transaction
from shop.core.jobs.queue import JobQueue
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.migrations.runner import upgrade
from shop.models.stock_ledger import StockLedger
from shop.repositories.item import ItemRepository
from shop.worker import find_jobs
from tests.architecture.sample_units import function_in

CALL = "def speak(call):\n    return call()\n"
EVERY = pytest.mark.usefixtures("every_tenant")
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


@pytest.fixture
def origin_findings(guards: list[Finding]) -> Iterator[Callable[[], list[str]]]:
    """Return the findings so far and clear them after the test."""
    yield lambda: [str(finding) for finding in guards]
    guards.clear()


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: str(row.name))
def test_sql_of_any_other_structure_is_named(session: Session, row: Any, origin_findings: Any) -> None:
    speak = function_in(f"shop.{row.folder}.alpha", CALL)
    speak(lambda: session.execute(text("SELECT  1")))
    (sentence,) = origin_findings()
    assert sentence.startswith(f"shop/{row.folder}/alpha.py:2: speak is a")
    assert f" {row.name} and sends SQL: 'SELECT 1'." in sentence
    assert "Only Repositories ask the database" in sentence


def test_the_way_to_the_repository_is_shown(session: Session, origin_findings: Any) -> None:
    function_in("shop.controllers.alpha", CALL)(lambda: session.execute(text("SELECT 1")))
    assert "(Controller -> Service -> Repository)" in origin_findings()[0]


def test_a_lazy_load_is_named_where_it_happens(session: Session, origin_findings: Any) -> None:
    parent = session.scalars(select(Parent)).one()
    assert origin_findings() == []
    speak = function_in("shop.schemas.alpha", "def speak(row):\n    name = 'x'\n    return len(row.children)\n")
    assert speak(parent) == 1
    (sentence,) = origin_findings()
    assert sentence.startswith("shop/schemas/alpha.py:3: speak is a Schema and sends SQL: 'SELECT children.id")


def test_a_lazy_load_inside_a_model_is_the_models(session: Session, origin_findings: Any) -> None:
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


@EVERY
def test_a_method_that_the_core_lends_to_a_repository_is_the_repositorys(database: Database) -> None:
    speak = function_in("shop.services.alpha", CALL)
    assert in_transaction(database, lambda: speak(lambda: ItemRepository().find(1))) is None


@EVERY
def test_a_session_in_the_hands_of_a_service_is_named(database: Database, origin_findings: Any) -> None:
    speak = function_in("shop.services.alpha", CALL)
    in_transaction(database, lambda: speak(lambda: current_session().execute(text("SELECT 1"))))
    assert [line.split(": ")[1] for line in origin_findings()] == ["speak is a Service and sends SQL"] * len(
        origin_findings()
    )
    assert "SELECT 1" in origin_findings()[-1]


@EVERY
def test_the_flush_before_the_commit_is_the_transactions(database: Database) -> None:
    now = datetime.now(UTC)
    row = StockLedger(tenant_id=1, item_id=1, delta=1, reason="initial", ref="item:1", created_at=now)
    function_in("shop.jobs.alpha", CALL)(lambda: in_transaction(database, lambda: current_session().add(row)))
    assert row.id == 1


def test_a_redis_command_of_any_other_structure_is_named(redis_url: str, origin_findings: Any) -> None:
    stores = RedisStores(Settings(redis_url=redis_url))
    for row in STRUCTURES:
        function_in(f"shop.{row.folder}.alpha", CALL)(lambda: stores.cache.get("some:key"))
    names = [row.name for row in STRUCTURES if row.name != "CacheManager"]
    assert [line.split(" and sends ")[0].split()[-1] for line in origin_findings()] == names
    assert "and sends a Redis command: 'GET some:key'. Each key has one owner" in origin_findings()[0]


def test_a_pipeline_is_its_senders(redis_url: str, origin_findings: Any) -> None:
    pipe = RedisStores(Settings(redis_url=redis_url)).cache.pipeline()
    function_in("shop.cache_managers.alpha", CALL)(lambda: pipe.get("a"))
    function_in("shop.services.alpha", CALL)(pipe.execute)
    assert "speak is a Service and sends a Redis command: '1 commands in a pipeline'" in origin_findings()[0]


@pytest.mark.usefixtures("one_tenant")
def test_a_method_that_the_core_lends_to_a_cache_manager_is_the_cache_managers(redis_url: str, tmp_path: Path) -> None:
    cache = Container(Settings(redis_url=redis_url, var=str(tmp_path))).get(SessionCacheManager)
    read = function_in("shop.services.alpha", CALL)
    assert read(lambda: cache.get_or_build(cache.card, lambda: {"id": 1}, user=1, session=1)) == {"id": 1}


def test_the_queue_speaks_for_itself(redis_url: str) -> None:
    queue = JobQueue(RedisStores(Settings(redis_url=redis_url)))
    function_in("shop.services.alpha", CALL)(lambda: queue.enqueue("preload-stock"))
    assert not function_in("shop.jobs.alpha", CALL)(queue.is_empty)


def test_the_guards_say_nothing_about_work_that_keeps_the_rules(tmp_path: Path, redis_url: str) -> None:
    container = Container(Settings(var=str(tmp_path), redis_url=redis_url))
    container.build()
    upgrade(container.get(Database).engine)
    jobs = find_jobs(container)
    assert len(jobs[JobName.SEED].run()) == 4
    jobs[JobName.PRELOAD_STOCK].run()
    assert not any(verdict.problems for verdict in jobs[JobName.VERIFY].run())


def test_the_guards_say_nothing_about_requests_that_keep_the_rules(tmp_path: Path, redis_url: str) -> None:
    app = create_app(Settings(var=str(tmp_path), redis_url=redis_url))
    container: Container = app.extensions["shop"]
    upgrade(container.get(Database).engine)
    jobs = find_jobs(container)
    (admin, password, _), *_ = jobs[JobName.SEED].run()
    jobs[JobName.LOAD_STOCK].run(tenant_id=1, item_id=1)
    client = app.test_client()
    signing_in = client.post("/api/v1/auth/login", json={"email": admin, "password": password}).get_json()
    token = signing_in["data"]["access_token"]
    signed = {"Authorization": f"Bearer {token}"}
    keyed = {**signed, "Idempotency-Key": "once"}
    bought = client.post("/api/v1/items/1/purchase", json={"quantity": 1}, headers=signed)
    jobs[JobName.DRAIN_STOCK].run(container.get(StockCacheManager).partition(1, 1))
    statuses = [
        client.get("/api/v1/items").status_code,
        client.patch("/api/v1/items/1", json={"name": "Another word"}, headers=keyed).status_code,
        client.get("/api/v1/orders", headers=signed).status_code,
        client.get("/readyz").status_code,
    ]
    assert (bought.status_code, statuses) == (202, [200, 200, 200, 200])
