"""Rows of the lists in these tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, insert

from shop.constants.item import ItemStatus
from shop.constants.order import OrderStatus
from shop.constants.stock import Cause, StockReason
from shop.core.database.model import DEFAULT_TENANT
from shop.models.item import Item
from shop.models.order import Order
from shop.models.reconcile_run import ReconcileRun
from shop.models.stock_ledger import StockLedger

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
# Name, price, and maximum for each buyer, in the order of ids.
ON_SALE: tuple[tuple[str, int, int | None], ...] = (
    ("Green tea", 250, None),
    ("Black tea", 300, 5),
    ("Teapot", 2500, 1),
    ("100% cotton", 900, None),
    ("1000 cottons", 900, 2),
    ("under_score", 10, None),
    ("underXscore", 11, None),
    ("semi;colon", 12, None),
    ("co:lon: twice", 13, None),
    ("back\\slash", 14, None),
    ("com,ma", 15, None),
    ("茶", 0, None),
)
HIDDEN = (("Draft tea", ItemStatus.DRAFT, None), ("Old tea", ItemStatus.RETIRED, None))
DELETED = "Deleted tea"
# Mark and price of the rows of the second tenant.
FOREIGN_TENANT, FOREIGN, FOREIGN_PRICE = 2, "Foreign", 66_601
ADAS_ORDERS, BOBS_ORDERS, LINES, RUNS = 25, 3, 30, 8


def add_items(engine: Engine) -> dict[str, int]:
    """Insert the items and return their ids by name."""
    rows = [item_row(name, price, max_per_user) for name, price, max_per_user in ON_SALE]
    rows += [{**item_row(name, 500, max_per_user), "status": status} for name, status, max_per_user in HIDDEN]
    rows.append({**item_row(DELETED, 500, None), "deleted_at": NOON})
    with engine.begin() as connection:
        keys = [connection.execute(insert(Item), row).inserted_primary_key for row in rows]
    return {row["name"]: int(key[0]) for row, key in zip(rows, keys, strict=True) if key}


def order_row(number: int, user_id: int, item_id: int, **columns: Any) -> dict[str, Any]:
    """Return an order; three consecutive orders have the same time."""
    row = {
        "id": UUID(int=(user_id << 64) + number),
        "tenant_id": DEFAULT_TENANT,
        "item_id": item_id,
        "user_id": user_id,
        "quantity": number % 3 + 1,
        "unit_price_minor": 250,
        "total_minor": 250 * (number % 3 + 1),
        "currency": "EUR",
        "status": OrderStatus.CONFIRMED,
        "epoch": user_id,
        "seq": number,
        "created_at": NOON + timedelta(minutes=number // 3),
        "updated_at": NOON,
    }
    return {**row, **columns}


def add_orders(engine: Engine, items: dict[str, int], ada: int, bob: int) -> None:
    """Insert orders of two users; some of Ada's are cancelled."""
    names = ("Green tea", "100% cotton", "Black tea")
    rows = [
        order_row(n, ada, items[names[n % 3]], status=OrderStatus.CANCELLED if n % 5 == 0 else OrderStatus.CONFIRMED)
        for n in range(ADAS_ORDERS)
    ]
    rows += [order_row(n, bob, items["Teapot"], unit_price_minor=2500) for n in range(BOBS_ORDERS)]
    with engine.begin() as connection:
        connection.execute(insert(Order), rows)


def add_lines(engine: Engine, item_id: int, ada: int) -> None:
    """Insert ledger lines of an item; every third one has an actor."""
    rows = [
        {
            "tenant_id": DEFAULT_TENANT,
            "item_id": item_id,
            "delta": n - 10,
            "reason": StockReason.ADJUSTMENT if n % 3 == 0 else StockReason.SALE,
            "ref": f"line:{n}",
            "actor": ada if n % 3 == 0 else None,
            "note": f"counted {n}" if n % 3 == 0 else None,
            "created_at": NOON + timedelta(hours=n // 2),
        }
        for n in range(LINES)
    ]
    with engine.begin() as connection:
        connection.execute(insert(StockLedger), rows)


def add_runs(engine: Engine, item_ids: list[int]) -> None:
    """Insert repairs; one in four is open."""
    rows = [
        {
            "tenant_id": DEFAULT_TENANT,
            "item_id": item_ids[n % len(item_ids)],
            "cause": Cause.DIFFERENT if n % 2 else Cause.REQUESTED,
            "expected": f"stock={n}",
            "found": f"avail={n + 1}",
            "done": "" if n % 4 == 0 else f"Epoch {n} begins.",
            "created_at": NOON + timedelta(days=n),
            "updated_at": NOON,
        }
        for n in range(RUNS)
    ]
    with engine.begin() as connection:
        connection.execute(insert(ReconcileRun), rows)


def add_foreign_rows(engine: Engine, owner: int, item_id: int, user_id: int) -> None:
    """Insert rows of the second tenant, some of them about rows of the first one.

    `owner` belongs to the second tenant, the item and the user to the first one.
    """
    tenant, mark = {"tenant_id": FOREIGN_TENANT}, {"unit_price_minor": FOREIGN_PRICE, "total_minor": FOREIGN_PRICE}
    line = {"delta": FOREIGN_PRICE, "reason": StockReason.ADJUSTMENT, "actor": owner, "note": FOREIGN}
    run = {"cause": Cause.DIFFERENT, "expected": FOREIGN, "found": FOREIGN, "done": FOREIGN, "updated_at": NOON}
    with engine.begin() as connection:
        own = connection.execute(insert(Item), item_row(f"{FOREIGN} tea", FOREIGN_PRICE, None) | tenant)
        assert own.inserted_primary_key
        for number, item in enumerate((own.inserted_primary_key[0], item_id)):
            connection.execute(
                insert(Order), order_row(90 + number, owner, item, epoch=owner + number, **tenant, **mark)
            )
            line |= {"item_id": item, "ref": f"{FOREIGN}:{item}", "created_at": NOON}
            connection.execute(insert(StockLedger), {**tenant, **line})
            connection.execute(insert(ReconcileRun), {**tenant, **run, "item_id": item, "created_at": NOON})
        connection.execute(insert(Order), order_row(92, user_id, item_id, epoch=owner + 2, **tenant, **mark))


def item_row(name: str, price: int, max_per_user: int | None) -> dict[str, Any]:
    return {
        "tenant_id": DEFAULT_TENANT,
        "name": name,
        "introduction": f"All about {name.lower()}.",
        "price_minor": price,
        "currency": "EUR",
        "stock": 100,
        "epoch": 4711,
        "adj_seq": 815,
        "max_per_user": max_per_user,
        "status": ItemStatus.ON_SALE,
        "photo_url": None,
        "created_at": NOON,
        "updated_at": NOON,
        "deleted_at": None,
    }
