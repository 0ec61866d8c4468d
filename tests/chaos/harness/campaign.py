"""A run: a city, a crowd and a saboteur at the same time, and a verdict in the end."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from uuid import UUID

from shop.constants.stock import PARTITIONS
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.supports.purchase import derive_purchase_id
from shop.supports.reservation import parse_reservation
from tests.chaos.harness.client_log import ClientLog, Operation, read_log
from tests.chaos.harness.environment import ChaosEnvironment
from tests.chaos.harness.fault_schedule import Fault
from tests.chaos.harness.faults import FaultInjector
from tests.chaos.harness.history import History, ItemRow, OrderRow
from tests.chaos.harness.load_clients import PURCHASE, Client, Identity, SharedState, run_clients
from tests.chaos.harness.report import Report
from tests.http.support.shop import API, Shop
from tests.support.polling import wait_for

HOT, SMALL, LIMITED = 1_000_000, (10, 25, 50, 100, 200, 400), (2_000, 5)
# Once a minute the schedule opens items without a load request.
SETTLED_SECONDS = 75.0
KEYED, UNKEYED = 6, 2


@dataclass(frozen=True)
class Goods:
    """The items: one in high demand, some with little stock, one with a limit for each user."""

    hot: int
    small: tuple[int, ...]
    limited: int

    @property
    def wanted(self) -> list[int]:
        """All of them, the hot one more often."""
        return [self.hot] * 6 + [*self.small] + [self.limited] * 2

    @property
    def stocks(self) -> dict[int, int]:
        """Item -> how many pieces there were in the beginning."""
        return {self.hot: HOT, **dict(zip(self.small, SMALL, strict=True)), self.limited: LIMITED[0]}


def run(city: ChaosEnvironment, schedule: Sequence[Fault], seed: int, say: Callable[[str], object]) -> Report:
    """Let it happen, repair everything, wait until it is quiet, and judge."""
    shop, path = city.shop, city.shop.service.folder / "clients.jsonl"
    goods = create_items(shop)
    log, saboteur = ClientLog(path), FaultInjector(city, report=say)
    market = SharedState(shop, log, goods.wanted, goods.small)
    with run_clients(market, make_clients(market, seed)):
        saboteur.run_schedule(schedule)
    log.close()
    # What the schedule asks for every minute.
    shop.service.run_cli("sync")
    settled = wait_for(lambda: not unsettled(shop), SETTLED_SECONDS)
    evidence = read_history(shop, goods, read_log(path.read_text().splitlines()), saboteur.forgotten)
    return Report(
        evidence,
        faults=Counter(saboteur.injected, **{"replies lost": city.proxy.lost_replies}),
        unsettled=[] if settled else unsettled(shop),
        dead=city.find_dead(),
        repairs=int(shop.query_value("SELECT COUNT(*) FROM reconcile_runs")),
        verify=verify(shop, evidence),
    )


def create_items(shop: Shop) -> Goods:
    """Put everything on sale."""
    small = tuple(shop.offer(stock=stock) for stock in SMALL)
    pieces, limit = LIMITED
    return Goods(shop.offer(stock=HOT), small, shop.offer(stock=pieces, max_per_user=limit))


def make_clients(market: SharedState, seed: int) -> list[tuple[Client, Callable[[], None]]]:
    """Who does what. Cancels and adjustments are asked for where the shop offers them."""
    people = [_make_identity(market.shop, token) for token in market.shop.buyers(KEYED + UNKEYED + 1)]
    clients = [Client(market, f"client-{n}", person, seed) for n, person in enumerate(people)]
    admin = Client(market, "admin", _make_identity(market.shop, market.shop.admin()), seed)
    keyed, unkeyed, canceller = clients[:KEYED], clients[KEYED:-1], clients[-1]
    work = [*((c, c.buy_with_key) for c in keyed), *((c, c.buy_once) for c in unkeyed)]
    work += [(canceller, canceller.cancel)] if is_ready(market.shop, "orders/{order_id}/cancel") else []
    return work + ([(admin, admin.adjust)] if is_ready(market.shop, "items/{item_id}/stock-adjustments") else [])


def is_ready(shop: Shop, path: str) -> bool:
    """Whether the API has that path, by its own document."""
    with shop.client() as client:
        return f"{API}/{path}" in client.get("/openapi.json").json["paths"]


def unsettled(shop: Shop) -> list[str]:
    """Orders that are neither written nor refused yet, those set aside included, and items that cannot be bought."""
    waiting = chain.from_iterable(shop.stock.iterate_entries(number) for number in range(PARTITIONS))
    aside = chain.from_iterable(shop.stock.dead_letters(number) for number in range(PARTITIONS))
    promised = {str(r.order_id) for r in map(parse_reservation, shop.stock.scan_receipts()) if r.state == "P"}
    orders = promised | {str(entry.reservation.order_id) for entry in waiting} | {str(letter) for letter in aside}
    closed = [f"item {item}" for item in _items(shop) if shop.gate(item).get("state") != "open"]
    return [*sorted(orders), *closed]


def read_history(shop: Shop, goods: Goods, operations: Sequence[Operation], excused: set[str]) -> History:
    """What the log and the database say."""
    with shop.engine.connect() as connection:
        orders = connection.exec_driver_sql("SELECT id, user_id, item_id, quantity, status FROM orders").all()
        items = connection.exec_driver_sql("SELECT id, stock, max_per_user FROM items").all()
    return History(
        operations=operations,
        orders=[OrderRow(str(UUID(bytes=order)), *rest) for order, *rest in orders],
        items=[ItemRow(item, goods.stocks[item], stock, limit) for item, stock, limit in items],
        order_of=_order_of,
        excused=excused,
        rejected={str(r.order_id) for r in map(parse_reservation, shop.stock.scan_receipts()) if r.state == "R"},
    )


def verify(shop: Shop, evidence: History) -> str:
    """What `flask shop verify` prints, when something is broken; it is told of all promises but the excused ones."""
    promised = {order for purchase in evidence.purchases for order in purchase.answers}
    path = Path(shop.service.folder, "acknowledged")
    path.write_text("".join(f"{order}\n" for order in sorted(promised - set(evidence.excused))))
    done = shop.service.run_cli("verify", "--acknowledged", str(path), check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _items(shop: Shop) -> list[int]:
    with shop.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT id FROM items").scalars())


def _order_of(user: int, item: int, key: str) -> str:
    return str(derive_purchase_id(DEFAULT_TENANT, user, PURCHASE.format(item), key))


def _make_identity(shop: Shop, token: str) -> Identity:
    return Identity(token, shop.container.get(Tokens).verify(token).user_id)
