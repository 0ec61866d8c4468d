"""Chaos run: clients and faults together, then the checks."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from uuid import UUID

from shop.constants.stock import PARTITIONS
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.supports.purchase import derive_purchase_id
from shop.supports.reservation import parse_reservation
from tests.chaos.edits.clerks import OPENED_PRICE, OPENED_STOCK, Clerk
from tests.chaos.harness.client_log import ClientLog, Operation, read_log
from tests.chaos.harness.environment import ChaosEnvironment
from tests.chaos.harness.fault_schedule import Fault
from tests.chaos.harness.faults import FaultInjector
from tests.chaos.harness.history import History, ItemRow, OrderRow
from tests.chaos.harness.load_clients import PURCHASE, Client, Identity, SharedState, run_clients
from tests.chaos.harness.report import Report
from tests.http.support.shop import Shop
from tests.support.polling import wait_for

POPULAR_STOCK, SMALL_STOCKS, LIMITED = 1_000_000, (10, 25, 50, 100, 200, 400), (2_000, 5)
# The scheduler opens items without a load request once a minute.
SETTLE_SECONDS = 75.0
CLIENTS_WITH_KEY, CLIENTS_WITHOUT_KEY = 6, 2
# One for each clerk.
DUTIES = (Clerk.edit, Clerk.edit, Clerk.open_sale, Clerk.remove_and_restore)


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
    offer = partial(shop.offer, price_minor=OPENED_PRICE)
    small = tuple(offer(stock=stock) for stock in SMALL_STOCKS)
    limited_stock, limit = LIMITED
    return CampaignItems(offer(stock=POPULAR_STOCK), small, offer(stock=limited_stock, max_per_user=limit))


def make_clients(shared: SharedState, seed: int) -> list[tuple[Client, Callable[[], None]]]:
    """Create buyers, clients that cancel and adjust, and clerks, with their actions."""
    identities = [
        _make_identity(shared.shop, token) for token in shared.shop.buyers(CLIENTS_WITH_KEY + CLIENTS_WITHOUT_KEY + 1)
    ]
    clients = [Client(shared, f"client-{number}", identity, seed) for number, identity in enumerate(identities)]
    admin = _make_identity(shared.shop, shared.shop.admin())
    adjuster = Client(shared, "admin", admin, seed)
    clerks = [(Clerk(shared, f"clerk-{number}", admin, seed), duty) for number, duty in enumerate(DUTIES)]
    with_key, without_key, canceller = clients[:CLIENTS_WITH_KEY], clients[CLIENTS_WITH_KEY:-1], clients[-1]
    return [
        *((client, client.buy_with_key) for client in with_key),
        *((client, client.buy_once) for client in without_key),
        (canceller, canceller.cancel),
        (adjuster, adjuster.adjust),
        *((clerk, partial(duty, clerk)) for clerk, duty in clerks),
    ]


def find_unsettled(shop: Shop) -> list[str]:
    """Find orders that are neither written nor refused, and closed items.

    Dead letters are included, and open items that are not on sale.
    """
    waiting = chain.from_iterable(shop.stock.iterate_entries(number) for number in range(PARTITIONS))
    dead_letters = chain.from_iterable(shop.stock.dead_letters(number) for number in range(PARTITIONS))
    pending = {
        str(receipt.order_id) for receipt in map(parse_reservation, shop.stock.scan_receipts()) if receipt.state == "P"
    }
    orders = pending | {str(entry.reservation.order_id) for entry in waiting} | {str(letter) for letter in dead_letters}
    wrong = [f"item {item}" for item, sells in _items(shop) if (shop.gate(item).get("state") == "open") != sells]
    return [*sorted(orders), *wrong]


def read_history(shop: Shop, goods: CampaignItems, operations: Sequence[Operation], excused: set[str]) -> History:
    """Read the history from the client log and the stores."""
    with shop.engine.connect() as connection:
        query = "SELECT id, user_id, item_id, quantity, status, unit_price_minor FROM orders"
        orders = connection.exec_driver_sql(query).all()
        items = connection.exec_driver_sql("SELECT id, stock, max_per_user FROM items").all()
    return History(
        operations=operations,
        orders=[OrderRow(str(UUID(bytes=order)), *columns) for order, *columns in orders],
        items=[
            ItemRow(item, goods.stocks.get(item, OPENED_STOCK), stock, limit, OPENED_PRICE)
            for item, stock, limit in items
        ],
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


def _items(shop: Shop) -> list[tuple[int, bool]]:
    """Return the ids of all items, and True for those on sale."""
    with shop.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, status = 'on_sale' AND deleted_at IS NULL FROM items").all()
        return [(item, bool(sells)) for item, sells in rows]


def _order_of(user: int, item: int, key: str) -> str:
    return str(derive_purchase_id(DEFAULT_TENANT, user, PURCHASE.format(item), key))


def _make_identity(shop: Shop, token: str) -> Identity:
    return Identity(token, shop.container.get(Tokens).verify(token).user_id)
