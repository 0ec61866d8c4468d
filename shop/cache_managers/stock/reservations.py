"""Reservations: pieces taken by a script in one round trip, and the receipts of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from shop.cache_managers.stock.keys import BUYER_TTL, StockKeys, buyer_key, locate, partition_of
from shop.constants.stock import PARTITIONS
from shop.core.rate_limiting.limiter import COUNT_LUA
from shop.core.rate_limiting.windows import WindowArgs
from shop.core.redis.script import Script
from shop.core.tenant import current_tenant
from shop.supports.reservation import (
    Purchase,
    Reservation,
    ReserveResult,
    ScriptCall,
    parse_reservation,
    parse_reserve_answer,
)

WAKE_FLAG_TTL_SECONDS = 30
SCAN_COUNT = 1000
_reserve = Script(Path(__file__).parent / "lua" / "reserve.lua", COUNT_LUA)


@dataclass(frozen=True)
class Reservations(StockKeys):
    """Commands that take pieces for a purchase, and that find its receipt."""

    def reserve(
        self,
        purchase: Purchase,
        backlog_max: int,
        fingerprint_key: str | None = None,
        window_args: WindowArgs | None = None,
    ) -> ReserveResult:
        """Take the pieces, or say why not: one script, one round trip, safe to repeat.

        `asked`: where the same server remembers what the purchase's key was used for. `told`: where it counts the
        buyer's purchases, and refuses those that are too many.
        """
        number, keys, arguments = self.script_call(purchase, backlog_max)
        if fingerprint_key and purchase.ticket:
            keys.append(fingerprint_key)
            arguments += [f"|{purchase.ticket.fingerprint.text}", purchase.ticket.ttl]
        else:
            arguments += ["", 0]
        if window_args:
            keys.append(window_args.key)
            arguments += window_args.arguments
        return parse_reserve_answer(_reserve(self._client(number), keys, arguments))

    def shares_cache_server(self, purchase: Purchase) -> bool:
        """Whether the partition is on the server of the cache, so that one script may use both."""
        return self._client(partition_of(purchase.tenant_id, purchase.item_id)) is self.stores.cache

    def script_call(self, purchase: Purchase, backlog_max: int) -> ScriptCall:
        """What RESERVE is asked."""
        number, item, outbox, limit, wake = locate(purchase.tenant_id, purchase.item_id)
        buyer = buyer_key(number, purchase.tenant_id, purchase.session_id)
        keys = [item, outbox, self._receipt_key(number, purchase.order_id), limit, wake, buyer]
        bought = [purchase.tenant_id, purchase.item_id, purchase.user_id, purchase.quantity, purchase.moment]
        arguments = [str(purchase.order_id), *bought, backlog_max, WAKE_FLAG_TTL_SECONDS]
        return ScriptCall(number, keys, arguments)

    def trust_buyer(self, purchase: Purchase) -> None:
        """Let the partition of the item know a buyer who may buy, unless the session was dismissed meanwhile."""
        number = partition_of(purchase.tenant_id, purchase.item_id)
        name = buyer_key(number, purchase.tenant_id, purchase.session_id)
        self._client(number).set(name, "1", ex=self.buyer.ttl, nx=True)

    def revoke_buyer(self, tenant_id: int, session_ids: Collection[UUID]) -> None:
        """Let no partition know the buyer of an ended session any more; raises RedisError."""
        life = str(int(BUYER_TTL.total_seconds()))
        places = [(number, buyer_key(number, tenant_id, it)) for it in session_ids for number in range(PARTITIONS)]
        self._execute_all([(number, "SET", name, "0", "EX", life) for number, name in places])

    def find_reservation(self, tenant_id: int, item_id: int, order_id: UUID) -> Reservation | None:
        """The receipt of a purchase of that item."""
        number = partition_of(tenant_id, item_id)
        text = self._client(number).get(self._receipt_key(number, order_id))
        return parse_reservation(text) if text else None

    def search_reservation(self, order_id: UUID) -> Reservation | None:
        """The receipt of a purchase of whatever item of the tenant: a look into every partition."""
        found = self._execute_all(
            [(number, "GET", self._receipt_key(number, order_id)) for number in range(PARTITIONS)]
        )
        # No tenant stands in the key of a receipt: whose it is, it says itself.
        receipts = (parse_reservation(text) for text in found if text)
        return next((receipt for receipt in receipts if receipt.tenant_id == current_tenant()), None)

    def scan_receipts(self) -> Iterator[str]:
        """Every receipt there is, for the audit: as text, since there may be a million."""
        for server in self.stores.stock_servers:
            client: Any = server
            found = client.scan_iter("{p*}:receipt:*", count=SCAN_COUNT)
            while keys := list(islice(found, SCAN_COUNT)):
                yield from filter(None, client.mget(keys))
