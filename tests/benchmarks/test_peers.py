"""Peers of the purchase benchmark: the command that they send, and the classic recipe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from redis import Redis
from rq import SimpleWorker

from benchmarks.peers.classic_orders import STOCK_KEY, ClassicStores
from benchmarks.peers.classic_recipe import create_target
from benchmarks.peers.go_server import SOURCE, build_config
from benchmarks.peers.order_schemas import read_order
from benchmarks.peers.reserve_template import SEPARATOR, read_template
from shop.container import Container
from shop.core.crypto.tokens import Tokens
from shop.core.settings.settings import Settings
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.session_tokens import issue_access_token

ITEM, STOCK = 7, 5


@pytest.fixture
def in_process_shop(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[InProcessShop]:
    """A shop without processes, for one test."""
    shop = InProcessShop(clean_database, redis_url, tmp_path)
    yield shop
    shop.close()


def test_a_filled_template_reserves_like_the_shop(in_process_shop: InProcessShop, redis_url: str) -> None:
    shop = in_process_shop
    item, buyer = shop.offer(STOCK), shop.buyer()
    shop.buy(item, buyer, 1)
    claims = shop.container.get(Tokens).verify(buyer)
    template = read_template(shop.stock, redis_url, shop.settings.backlog_max)
    values = {
        "order": "01a1f8b9-6fb6-769b-b74e-21f10587bf2c",
        "item": item,
        "user": claims.user_id,
        "quantity": 3,
        "moment": 1_796_000_000_000_001,
        "session": claims.session_id,
        "partition": f"{{p{shop.stock.partition(1, item):02d}}}",
    }

    with Redis.from_url(redis_url) as client:
        answer = client.execute_command(*template.fill(values))

    assert answer[0] == b"RESERVED"
    order = read_order(answer[1].decode())
    assert (order.id, order.item_id, order.quantity) == (values["order"], item, 3)
    assert order.total_minor == 3 * order.unit_price_minor
    assert order.created_at == "2026-11-30T00:53:20.000001Z"
    shop.drain(item)
    assert shop.read_item(item)["stock"] == STOCK - 1 - 3
    assert values["order"] in shop.orders_of(item)


def test_the_go_server_knows_every_marker_and_every_field(in_process_shop: InProcessShop) -> None:
    source = (SOURCE / "main.go").read_text()
    config = build_config(in_process_shop.settings, in_process_shop.container)
    arguments = str(config["template"]).split(SEPARATOR)

    markers = {part.split(")s")[0] for argument in arguments for part in argument.split("%(")[1:]}
    assert markers == {"order", "item", "user", "session", "quantity", "moment", "partition"}
    assert [marker for marker in markers if f'"%({marker})s"' not in source] == []
    assert [name for name in config if name[0].upper() + name[1:] not in source] == []


@pytest.fixture
def classic(
    clean_database: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ClassicStores]:
    """Stores of the classic recipe, with one item."""
    for name, value in {"VAR": str(tmp_path), "DATABASE_URL": clean_database, "REDIS_URL": redis_url}.items():
        monkeypatch.setenv(f"SHOP_{name}", value)
    stores = ClassicStores.load()
    stores.redis.flushdb()
    stores.offer(ITEM, STOCK)
    yield stores
    stores.redis.flushdb()


@pytest.fixture
def classic_client(classic: ClassicStores) -> FlaskClient:  # noqa: ARG001 - its stores
    """A client of the classic recipe."""
    return create_target().test_client()


def buy(client: FlaskClient, quantity: int) -> int:
    token = issue_access_token(Container(Settings.load()).get(Tokens))
    headers = {"Authorization": f"Bearer {token}"}
    return client.post(f"/classic/{ITEM}", json={"quantity": quantity}, headers=headers).status_code


def test_the_classic_recipe_sells_what_it_has(classic: ClassicStores, classic_client: FlaskClient) -> None:
    assert [buy(classic_client, quantity) for quantity in (3, 3, 2)] == [202, 409, 202]

    SimpleWorker([classic.queue], connection=classic.redis).work(burst=True, logging_level="ERROR")

    assert classic.wait_until_written() < 1
    assert classic.count_orders() == 2
    assert classic.find_oversold(STOCK) == []


def test_a_lost_piece_of_the_classic_recipe_is_found(classic: ClassicStores, classic_client: FlaskClient) -> None:
    buy(classic_client, 3)
    SimpleWorker([classic.queue], connection=classic.redis).work(burst=True, logging_level="ERROR")

    classic.redis.set(STOCK_KEY.format(ITEM), 3)

    assert classic.find_oversold(STOCK) == ["classic: item 7 has sold 3 of 5 and has 3 left"]
