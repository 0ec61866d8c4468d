"""State of the sale model, and requests compared with it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import event

from shop.constants.stock import GateState
from shop.core.http.etag import Precondition
from shop.services.item import ItemService
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import SimulatedCrash

STOCK = 12
LIMIT = 6
PRICE = 250


class SaleState(RuleBasedStateMachine):
    """State of the model and requests to the shop."""

    indoors: ClassVar[InProcessShop]
    tokens: ClassVar[list[str]]

    def __init__(self) -> None:
        super().__init__()
        self.item = 0
        self.orders: dict[str, str] = {}  # key -> order id
        self.buyer_of: dict[str, int] = {}
        self.stock = STOCK
        # Order id -> (buyer, pieces) of reservations that are neither cancelled nor lost.
        self.units_held: dict[str, tuple[int, int]] = {}
        self.unwritten: set[str] = set()
        # Written by a drain that was killed before it finalized: the receipt still says pending.
        self.unfinalized: set[str] = set()
        # Order id -> pieces of written orders that were reserved again, because Redis lost the receipt.
        self.reserved_twice: dict[str, int] = {}
        self.ended: set[str] = set()
        # That of the gate, and that of the database: they differ after the death of an editor.
        self.price = self.committed_price = PRICE

    @property
    def available(self) -> int:
        """Available pieces in the model."""
        return (
            self.stock - sum(quantity for _, quantity in self.units_held.values()) - sum(self.reserved_twice.values())
        )

    def send(self, purchase: tuple[int, int, str]) -> None:
        """Send a purchase and compare the response with the model."""
        buyer, quantity, key = purchase
        answer = self.post(
            f"/items/{self.item}/purchase", buyer, json={"quantity": quantity}, headers={"Idempotency-Key": key}
        )
        if key in self.orders:
            data, order = answer.get_json()["data"], self.orders[key]
            assert data["id"] == order
            if data["status"] == "pending" and order not in self.unwritten | self.unfinalized:
                self.reserved_twice[order] = quantity
            return
        if not self.is_open():
            assert answer.status_code == 503
            return
        held = sum(pieces for owner, pieces in self.units_held.values() if owner == buyer)
        held += sum(pieces for order, pieces in self.reserved_twice.items() if self.buyer_of[order] == buyer)
        fits = quantity <= self.available and held + quantity <= LIMIT
        assert (answer.status_code == 202) == fits, (answer.get_data(), self.available, held)
        if fits:
            assert answer.get_json()["data"]["unit_price_minor"] == self.price
            self.orders[key] = order = answer.get_json()["data"]["id"]
            self.units_held[order] = buyer, quantity
            self.buyer_of[order] = buyer
            self.unwritten.add(order)

    def post(self, path: str, buyer: int | None, headers: dict[str, str] | None = None, **options: Any) -> Any:
        """Send a request as a buyer, or as the administrator."""
        token = self.indoors.admin_token if buyer is None else self.tokens[buyer]
        signed = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex, **(headers or {})}
        return self.indoors.http.post(f"/api/v1{path}", headers=signed, **options)

    def revise(self, price: int) -> None:
        """Change the price in a transaction of its own, without those of a request."""
        items = self.indoors.container.get(ItemService)
        self.indoors.run_in_tenant(lambda: items.revise(self.item, {"price_minor": price}, Precondition()))

    @contextmanager
    def killed_at(self, moment: str) -> Iterator[None]:
        """Crash the writer at that event of the transaction."""
        event.listen(self.indoors.database.session_maker, moment, _die)
        try:
            with suppress(SimulatedCrash):
                yield
        finally:
            event.remove(self.indoors.database.session_maker, moment, _die)

    def all_written(self) -> None:
        """Mark all orders as written."""
        self.unwritten.clear()
        self.unfinalized.clear()
        self.reserved_twice.clear()

    def takes_edits(self, price: int) -> bool:
        """Return True when the gate is open during an edit, also after the deadline of an earlier one."""
        gate = self.indoors.gate(self.item)
        return self.is_open() or (gate.get("state") == GateState.REVISING and price != self.committed_price)

    def is_open(self) -> bool:
        """Return True when the item can be bought."""
        return self.indoors.gate(self.item).get("state") == GateState.OPEN


def _die(*_: object) -> None:
    raise SimulatedCrash
