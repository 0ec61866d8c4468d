"""Tests of code forms that the rules must permit."""

import pytest

from shop.architecture.contracts import CHECKOUT
from shop.architecture.rule_registry import RULES_BY_NAME
from shop.architecture.source.source import Sources, read

SERVICE, CONTROLLER = "shop/services/planted.py", "shop/controllers/planted.py"
JOB, REPOSITORY, CODES = "shop/jobs/planted.py", "shop/repositories/planted.py", "shop/exception_codes/planted.py"
pytestmark = pytest.mark.slow
HEAD = (
    "from dataclasses import dataclass\nfrom shop.core.api.controller import Controller\n"
    "from shop.core.jobs.job import Job\nfrom shop.core.database.transaction import after_commit, transactional\n"
    "from shop.services.item import ItemService\n"
    "from shop.services.stock import StockService\nfrom shop.repositories.item import ItemRepository\n"
    "from shop.cache_managers.session import SessionCacheManager\n@dataclass(frozen=True)\n"
)
ALLOWED = [
    ("closed_world", "shop/services/readme.txt", "words"),
    ("closed_world", "shop/repositories/__init__.py", "# only a comment\n"),
    ("private_inside", SERVICE, "from shop.supports.invariant import Book\nimport shop.cache_managers.stock\n"),
    ("declared_libraries", SERVICE, "import json\nfrom marshmallow import fields\nimport shop.core.errors\n"),
    (
        "own_names",
        SERVICE,
        "from shop.core.redis.stores import RedisError\nfrom shop.services.invariant import InvariantResult\n",
    ),
    ("own_names", SERVICE, "import shop.core.errors\nerror = shop.core.errors.ShopError\n"),
    ("own_names", SERVICE, "from shop.migrations import runner\nrun = runner.latest_version()\n"),
    ("own_names", SERVICE, "from shop.core import errors as failures\nerror = failures.ShopError\n"),
    ("no_reexports", SERVICE, "from shop.exception_codes.item import ItemExceptionCode as Code\n"),
    ("no_reexports", SERVICE, "from shop.constants.item import NAME_MAX\nLONGEST = NAME_MAX\n"),
    ("no_reexports", SERVICE, "from shop.constants.item import ItemStatus\nOPEN = [ItemStatus.ON_SALE]\n"),
    ("no_reexports", SERVICE, "def place():\n    return 1\n__all__ = ['place']\n"),
    ("type_only", SERVICE, "import typing\nif typing.TYPE_CHECKING:\n    from shop.models.item import Item\n"),
    (
        "type_only",
        SERVICE,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.models.item import Item\n"
        "    from sqlalchemy.orm import Session\n    from collections.abc import Iterator\n",
    ),
    ("dynamic_code", SERVICE, "def revise(item, words):\n    for name in words:\n        setattr(item, name, 1)\n"),
    ("dynamic_code", SERVICE, "def say(code):\n    return code.message\nSAYS = 'shop is open'\n"),
    ("dynamic_code", "shop/worker.py", "import importlib\nimportlib.import_module('shop.jobs.seed')\n"),
    ("hand_wiring", SERVICE, f"{HEAD}class PlantedService:\n    items: ItemRepository\n    clock: 'Clock'\n"),
    ("hand_wiring", CONTROLLER, "from shop.checkers.item import CreateItemChecker\nchecker = CreateItemChecker()\n"),
    ("hand_wiring", SERVICE, "class PlantedService:\n    def revise(self, item):\n        item.name = 'x'\n"),
    ("own_bases", CONTROLLER, "from shop.core.api.controller import signed_in\nfrom shop.core.jobs.job import Queue\n"),
    (
        "own_bases",
        SERVICE,
        "from shop.core.database.model import DEFAULT_TENANT\nfrom shop.core.errors import ShopError\n",
    ),
    (
        "reach",
        CONTROLLER,
        f"{HEAD}class A:\n    items: ItemService\n    def get(self):\n        return self.items.get(1)\n",
    ),
    (
        "reach",
        SERVICE,
        f"{HEAD}class PlantedService:\n    cache: SessionCacheManager\n    items: ItemRepository\n    def find(self):\n"
        "        after_commit(self.items.lock, 1)\n        return self.cache.get(self.cache.card, tenant=1, user=1)\n",
    ),
    ("reach", SERVICE, "def later(entry):\n    return entry._replace(state='C')\n"),
    ("sessions", REPOSITORY, "class PlantedRepository:\n    def find(self):\n        return self.session.execute(1)\n"),
    ("sessions", JOB, "from shop.core.tenant import all_tenants, for_tenant_argument\n"),
    ("sessions", REPOSITORY, "def find(query, item):\n    return query.order_by(item.tenant_id)\n"),
    ("sessions", SERVICE, "from shop.core.database.transaction import after_commit\nWORDS = 'commit to the plan'\n"),
    ("sessions", "shop/migrations/planted.py", "def run(engine):\n    with engine.begin():\n        pass\n"),
    (
        "transactional_writes",
        CONTROLLER,
        f"{HEAD}class PlantedController(Controller):\n    def get(self):\n        return 1\n",
    ),
    (
        "transactional_writes",
        CONTROLLER,
        f"{HEAD}class PlantedController(Controller):\n    items: ItemService\n    @checked\n    @transactional\n"
        "    def post(self):\n        return self._write()\n    def _write(self):\n        self.items.delete(1)\n",
    ),
    (
        "transactional_writes",
        JOB,
        f"{HEAD}class PlantedJob(Job):\n    stock: StockService\n    def run(self):\n        self.stock.sleep(1)\n",
    ),
    (
        "transactional_writes",
        JOB,
        f"{HEAD}class PlantedJob(Job):\n    stock: StockService\n    def run(self):\n        self.write()\n"
        "    @transactional\n    def write(self):\n        self.stock.drain(1, None)\n",
    ),
    (
        "transactional_writes",
        JOB,
        f"{HEAD}class PlantedJob(Job):\n    stock: StockService\n    def run(self):\n"
        "        self.transact(1, self.stock.drain, 1, None)\n",
    ),
    (
        "lazy_rows",
        "shop/models/planted.py",
        "from sqlalchemy.orm import relationship\nx = relationship('Order', lazy='raise')\n",
    ),
    (
        "one_model",
        REPOSITORY,
        "from shop.core.database.repository import Repository\nfrom shop.models.item import Item\n"
        "class PlantedRepository(Repository[Item]):\n    model = Item\n"
        "class PlantedRecommendRepository(Repository[Item]):\n    model = Item\n",
    ),
    ("one_model", "shop/validators/item_recommend.py", "from shop.exception_codes.item import ItemExceptionCode\n"),
    (
        "plain_schemas",
        "shop/schemas/planted.py",
        "from marshmallow import Schema, fields\nclass A(Schema):\n    a = fields.String()\n",
    ),
    ("redis_keys", SERVICE, "REF = 'item:7'\nADDRESS = 'mysql://a:b@c'\ndef say(a, b):\n    return f'{a}:{b}:{a}'\n"),
    ("redis_keys", "shop/cache_managers/planted.py", "def find(client):\n    return client.hget('1:user:2', 'a')\n"),
    ("state_names", SERVICE, "def say(row):\n    'draft'\n    return {'draft': row['sale']}\n"),
    ("surroundings", JOB, "import time\ntime.sleep(1)\nstart = time.monotonic()\n"),
    ("surroundings", SERVICE, "def drain(queue, signal):\n    return queue.enqueue(signal)\n"),
    ("naming", "shop/services/bus.py", "class BusService:\n    pass\n"),
    (
        "naming",
        SERVICE,
        "from typing import NamedTuple\nclass Verdict(NamedTuple):\n    number: int\nclass Shared:\n    pass\n"
        "class PlantedService(Shared):\n    pass\n",
    ),
    (
        "method_names",
        REPOSITORY,
        "class PlantedRepository:\n    def take(self):\n        return 1\n    def counts(self):\n        return 2\n",
    ),
    (
        "method_names",
        SERVICE,
        "class PlantedService:\n    def get(self) -> int:\n        return self._get()\n"
        "    def find(self) -> int | None:\n        return None\n",
    ),
    (
        "exception_numbers",
        CODES,
        "from shop.core.errors import ExceptionCode\nclass PlantedExceptionCode(ExceptionCode):\n"
        "    NOT_FOUND = 404_901, 'It does not exist.'\n    GONE = 410_902, 'It is gone.'\n",
    ),
    (
        "exception_numbers",
        CODES,
        "from shop.core.errors import ExceptionCode\nclass PlantedExceptionCode(ExceptionCode):\n"
        "    NOT_FOUND = 404_901_01, 'It does not exist.'\n",
    ),
]


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read(CHECKOUT)


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_a_correct_form_is_permitted(sources: Sources, rule: str, path: str, text: str) -> None:
    findings = RULES_BY_NAME[rule].check(sources.with_files({path: text}))
    assert [str(finding) for finding in findings if finding.path == path] == []


def test_every_rule_has_a_permitted_form() -> None:
    assert {rule for rule, *_ in ALLOWED} == set(RULES_BY_NAME)


@pytest.mark.parametrize(
    ("path", "text", "where"),
    [
        (
            SERVICE,
            "\n\nfrom shop.services.item import ItemRepository\n",
            f"{SERVICE}:3: shop.services.item does",
        ),
        (SERVICE, "a = 1\n\n\ndef f(s):\n    s.commit()\n", f"{SERVICE}:5: `commit` begins or ends"),
    ],
)
def test_a_finding_has_a_location_and_an_alternative(sources: Sources, path: str, text: str, where: str) -> None:
    changed = sources.with_files({path: text})
    findings = [finding for name in ("own_names", "sessions") for finding in RULES_BY_NAME[name].check(changed)]
    assert len(findings) == 1
    assert str(findings[0]).startswith(where)
    assert len(findings[0].instead.split()) > 5


def test_a_removed_file_is_no_longer_a_module(sources: Sources) -> None:
    assert "shop.services.item" not in sources.with_files({"shop/services/item.py": None}).by_module


def test_a_linked_folder_is_detected(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("tree")
    (root / "shop").mkdir()
    (root / "target").mkdir()
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "tools").symlink_to(root / "target")
    assert [finding.path for finding in RULES_BY_NAME["closed_world"].check(read(root))] == ["shop/tools/"]
