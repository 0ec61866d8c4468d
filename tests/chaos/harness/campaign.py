"""Chaos run: clients and faults together, then the checks."""

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

POPULAR_STOCK, SMALL_STOCKS, LIMITED = 1_000_000, (10, 25, 50, 100, 200, 400), (2_000, 5)
# The scheduler opens items without a load request once a minute.
SETTLE_SECONDS = 75.0
CLIENTS_WITH_KEY, CLIENTS_WITHOUT_KEY = 6, 2


@dataclass(frozen=True)
class CampaignItems:
    """Ids of the popular item, items with little stock, and a limited item."""

    popular: int
    small: tuple[int, ...]
    limited: int

    @property
    def wanted(self) -> list[int]:
        """Ids of the items, weighted by demand."""
        return [self.popular] * 6 + [*self.small] + [self.limited] * 2

    @property
    def stocks(self) -> dict[int, int]:
        """Item id -> initial stock."""
        return {
            self.popular: POPULAR_STOCK,
            **dict(zip(self.small, SMALL_STOCKS, strict=True)),
            self.limited: LIMITED[0],
        }


def run(
    environment: ChaosEnvironment, schedule: Sequence[Fault], seed: int, write_line: Callable[[str], object]
) -> Report:
    """Run clients and faults, reconcile, wait until orders are settled, and report."""
    shop, path = environment.shop, environment.shop.service.folder / "clients.jsonl"
    goods = create_items(shop)
    log, injector = ClientLog(path), FaultInjector(environment, report=write_line)
    shared = SharedState(shop, log, goods.wanted, goods.small)
    with run_clients(shared, make_clients(shared, seed)):
        injector.run_schedule(schedule)
    log.close()
    # The scheduled job of every minute.
    shop.service.run_cli("sync")
    settled = wait_for(lambda: not find_unsettled(shop), SETTLE_SECONDS)
    history = read_history(shop, goods, read_log(path.read_text().splitlines()), injector.flushed_orders)
    return Report(
        history,
        faults=Counter(injector.injected, **{"replies lost": environment.proxy.lost_replies}),
        unsettled=[] if settled else find_unsettled(shop),
        dead=environment.find_dead(),
        repairs=int(shop.query_value("SELECT COUNT(*) FROM reconcile_runs")),
        verify=verify(shop, history),
    )


def create_items(shop: Shop) -> CampaignItems:
    """Create all items on sale."""
    small = tuple(shop.offer(stock=stock) for stock in SMALL_STOCKS)
    limited_stock, limit = LIMITED
    return CampaignItems(shop.offer(stock=POPULAR_STOCK), small, shop.offer(stock=limited_stock, max_per_user=limit))


def make_clients(shared: SharedState, seed: int) -> list[tuple[Client, Callable[[], None]]]:
    """Create clients with their actions.

    Cancels and adjustments are included when the API has their routes.
    """
    identities = [
        _make_identity(shared.shop, token) for token in shared.shop.buyers(CLIENTS_WITH_KEY + CLIENTS_WITHOUT_KEY + 1)
    ]
    clients = [Client(shared, f"client-{number}", identity, seed) for number, identity in enumerate(identities)]
    admin = Client(shared, "admin", _make_identity(shared.shop, shared.shop.admin()), seed)
    with_key, without_key, canceller = clients[:CLIENTS_WITH_KEY], clients[CLIENTS_WITH_KEY:-1], clients[-1]
    tasks = [
        *((client, client.buy_with_key) for client in with_key),
        *((client, client.buy_once) for client in without_key),
    ]
    tasks += [(canceller, canceller.cancel)] if is_ready(shared.shop, "orders/{order_id}/cancel") else []
    return tasks + ([(admin, admin.adjust)] if is_ready(shared.shop, "items/{item_id}/stock-adjustments") else [])


def is_ready(shop: Shop, path: str) -> bool:
    """Return True when the OpenAPI document contains the path."""
    with shop.client() as client:
        return f"{API}/{path}" in client.get("/openapi.json").json["paths"]


def find_unsettled(shop: Shop) -> list[str]:
    """Find orders that are neither written nor refused, and closed items.

    Dead letters are included.
    """
    waiting = chain.from_iterable(shop.stock.iterate_entries(number) for number in range(PARTITIONS))
    dead_letters = chain.from_iterable(shop.stock.dead_letters(number) for number in range(PARTITIONS))
    pending = {
        str(receipt.order_id) for receipt in map(parse_reservation, shop.stock.scan_receipts()) if receipt.state == "P"
    }
    orders = pending | {str(entry.reservation.order_id) for entry in waiting} | {str(letter) for letter in dead_letters}
    closed = [f"item {item}" for item in _items(shop) if shop.gate(item).get("state") != "open"]
    return [*sorted(orders), *closed]


def read_history(shop: Shop, goods: CampaignItems, operations: Sequence[Operation], excused: set[str]) -> History:
    """Read the history from the client log and the stores."""
    with shop.engine.connect() as connection:
        orders = connection.exec_driver_sql("SELECT id, user_id, item_id, quantity, status FROM orders").all()
        items = connection.exec_driver_sql("SELECT id, stock, max_per_user FROM items").all()
    return History(
        operations=operations,
        orders=[OrderRow(str(UUID(bytes=order)), *columns) for order, *columns in orders],
        items=[ItemRow(item, goods.stocks[item], stock, limit) for item, stock, limit in items],
        order_of=_order_of,
        excused=excused,
        rejected={
            str(receipt.order_id)
            for receipt in map(parse_reservation, shop.stock.scan_receipts())
            if receipt.state == "R"
        },
    )


def verify(shop: Shop, history: History) -> str:
    """Run `flask shop verify` and return its output when it fails.

    It gets all acknowledged orders except the excused ones.
    """
    acknowledged = {order for purchase in history.purchases for order in purchase.answers}
    path = Path(shop.service.folder, "acknowledged")
    path.write_text("".join(f"{order}\n" for order in sorted(acknowledged - set(history.excused))))
    result = shop.service.run_cli("verify", "--acknowledged", str(path), check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def _items(shop: Shop) -> list[int]:
    with shop.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT id FROM items").scalars())


def _order_of(user: int, item: int, key: str) -> str:
    return str(derive_purchase_id(DEFAULT_TENANT, user, PURCHASE.format(item), key))


def _make_identity(shop: Shop, token: str) -> Identity:
    return Identity(token, shop.container.get(Tokens).verify(token).user_id)
