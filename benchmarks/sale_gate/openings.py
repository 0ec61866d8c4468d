"""Openings of a sale, each with buyers that wait for its answer."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks.load.connection import build_post, repeat_with_new_keys
from benchmarks.load.http_client import JsonClient, JsonResponse
from benchmarks.load.load_generator import run_burst
from benchmarks.load.scenarios import PURCHASE_BODY, PURCHASE_PATH
from benchmarks.sale_gate.purchase_log import PurchaseLog

ITEMS = "/api/v1/items"


@dataclass
class Clerk:
    """Administrator that creates and edits one item after the other."""

    client: JsonClient
    pieces: int
    item_id: int = field(default=0, init=False)

    def create(self, status: str = "on_sale", price_minor: int = 4_200) -> None:
        """Create the next item."""
        body = {"name": "The last ones", "price_minor": price_minor, "currency": "EUR", "stock": self.pieces}
        self.item_id = int(_require(self.client.post(ITEMS, {**body, "status": status})).data["id"])

    def create_draft(self) -> None:
        """Create the next item as a draft."""
        self.create("draft")

    def create_deleted(self) -> None:
        """Create the next item on sale, and delete it."""
        self.create()
        _require(self.client.send("DELETE", self.path))

    def do_nothing(self) -> None:
        """Leave everything to the opening."""

    def put_on_sale(self) -> None:
        """Set the status of the draft."""
        self.revise(status="on_sale")

    def restore(self) -> None:
        """Restore the deleted item."""
        _require(self.client.send("POST", f"{self.path}/restore"))

    def revise(self, **changes: Any) -> None:
        """Change fields of the item."""
        _require(self.client.send("PATCH", self.path, changes))

    @property
    def path(self) -> str:
        """Path of the item."""
        return f"{ITEMS}/{self.item_id}"


class Opening(NamedTuple):
    """Request that opens a sale, and the work before it."""

    prepare: Callable[[Clerk], None]
    begin: Callable[[Clerk], None]


OPENINGS = {
    "POST /items": Opening(Clerk.do_nothing, Clerk.create),
    "PATCH to on_sale": Opening(Clerk.create_draft, Clerk.put_on_sale),
    "POST restore": Opening(Clerk.create_deleted, Clerk.restore),
}


def run_opening(port: int, clerk: Clerk, opening: Opening, tokens: list[str]) -> PurchaseLog:
    """Open a sale, and buy one piece with every token at the answer."""
    opening.prepare(clerk)
    log = PurchaseLog()
    run_burst(port, [_buy_once(clerk, token) for token in tokens], lambda: opening.begin(clerk), log)
    return log


def _buy_once(clerk: Clerk, token: str) -> Iterator[bytes]:
    # Built when it is sent: before, the item has no id.
    yield next(repeat_with_new_keys(build_post(PURCHASE_PATH.format(clerk.item_id), token, PURCHASE_BODY)))


def _require(response: JsonResponse) -> JsonResponse:
    if not 200 <= response.status < 300:
        sys.exit(f"The administrator got {response.status}: {response.body}")
    return response
