"""Clients that edit, open, delete and restore items during a run."""

from typing import Any

from tests.chaos.harness.client_log import Op, Request, Result
from tests.chaos.harness.load_clients import Client, Identity, SharedState
from tests.http.support.shop import API

ITEMS, ITEM, RESTORE = f"{API}/items", f"{API}/items/{{}}", f"{API}/items/{{}}/restore"
# Above every first price, so that each edit has a price of its own.
EDITED_PRICE = 10_000
# A price change keeps buyers waiting for a load, so one in so many edits changes the price.
EDITS_PER_PRICE = 3
OPENED_STOCK, OPENED_PRICE, OPENED_MAX = 20, 700, 100
ON_SALE, DRAFT = "on_sale", "draft"


class Clerk(Client):
    """Administrator that changes items; all of them together send about ten requests a second, with faults."""

    pause_seconds = (0.05, 0.2)

    def __init__(self, shared: SharedState, name: str, identity: Identity, seed: int) -> None:
        super().__init__(shared, name, identity, seed)
        self._opened: list[int] = []

    def edit(self) -> None:
        """Edit the price or the words of an item that all buyers want."""
        number, item = next(self.shared.edits), self.random.choice(self.shared.goods)
        if number % EDITS_PER_PRICE == 0:
            self._revise(item, price_minor=EDITED_PRICE + number)
        else:
            self._revise(item, introduction=f"Edition {number}")

    def open_sale(self) -> None:
        """Create an item on sale or put one on sale that was withdrawn, and let buyers want it at the answer."""
        if len(self._opened) < OPENED_MAX and (not self._opened or self.random.random() < 0.5):
            request = self._describe(Op.CREATE, 0, quantity=OPENED_STOCK, price=OPENED_PRICE)
            body = {"name": "Opened", "price_minor": OPENED_PRICE, "currency": "EUR", "status": ON_SALE}
            result, made = self.send(request, "POST", ITEMS, {**body, "stock": OPENED_STOCK})
            if made:
                self._opened.append(int(made))
        else:
            item = self.random.choice(self._opened)
            self._revise(item, status=DRAFT)
            result, made = self._revise(item, status=ON_SALE), str(item)
        if result is Result.OK and made:
            self.shared.newest.append(int(made))

    def remove_and_restore(self) -> None:
        """Delete an item that buyers want, and restore it."""
        item = self.random.choice(self.shared.restocked)
        self.send(self._describe(Op.DELETE, item), "DELETE", ITEM.format(item))
        self.pause()
        self.send(self._describe(Op.RESTORE, item), "POST", RESTORE.format(item))

    def _revise(self, item: int, **changes: Any) -> Result:
        request = self._describe(Op.EDIT, item, price=changes.get("price_minor"))
        result, _ = self.send(request, "PATCH", ITEM.format(item), changes)
        return result

    def _describe(self, op: Op, item: int, *, quantity: int = 0, price: int | None = None) -> Request:
        return Request(self.name, op, item, quantity, self.identity.user, price=price)
