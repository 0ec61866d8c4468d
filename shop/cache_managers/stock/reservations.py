"""Reservations of pieces in one script call, and their receipts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from shop.cache_managers.stock.gate import STATES_LUA
from shop.cache_managers.stock.keys import BUYER_TTL, StockKeys, buyer_key, locate, partition_of
from shop.constants.stock import PARTITIONS
from shop.core.rate_limiting.limiter import COUNT_LUA
from shop.core.rate_limiting.windows import WindowArgs
from shop.core.redis.script import Script
from shop.core.tenant import current_tenant
from shop.supports.reservation import (
    Purchase,
    ReceiptSearch,
    Reservation,
    ReserveResult,
    ScriptCall,
    parse_reserve_answer,
    read_or_none,
)

WAKE_FLAG_TTL_SECONDS = 30
SCAN_COUNT = 1000
_FOLDER = Path(__file__).parent
_reserve = Script(_FOLDER / "lua" / "reserve.lua", COUNT_LUA, _FOLDER.parent / "lua" / "read.lua", STATES_LUA)


@dataclass(frozen=True)
class Reservations(StockKeys):
    """Commands that reserve pieces and find receipts."""

    def reserve(
        self,
        purchase: Purchase,
        backlog_max: int,
        note_names: Sequence[str] = (),
        windows: Sequence[WindowArgs] = (),
        *,
        accepted: str = "",
    ) -> ReserveResult:
        """Reserve the pieces or return the reason of the refusal.

        One round trip, safe to repeat. `note_names`: the notes of the idempotency key on the same server. `windows`:
        the rate limit windows of the buyer on the same server, for purchases and for replays. `accepted`: a fingerprint
        of the same request in another spelling.
        """
        number, keys, arguments, search = self.script_call(purchase, backlog_max)
        key = purchase.idempotency_key
        keys += [*search.keys, *note_names, *(window.key for window in windows)]
        arguments += [len(search.keys), len(note_names), f"|{key.fingerprint.text}" if key else "", f"|{accepted}"]
        arguments += [key.ttl if key else 0, purchase.expired_at, int(purchase.is_renewed), search.life_seconds]
        arguments += [argument for window in windows for argument in window.arguments]
        return parse_reserve_answer(_reserve(self._client(number), keys, arguments))

    def shares_cache_server(self, purchase: Purchase) -> bool:
        """Return True when partition and cache share a server.

        Then one script can use the keys of both.
        """
        return self._client(partition_of(purchase.tenant_id, purchase.item_id)) is self.stores.cache

    def script_call(self, purchase: Purchase, backlog_max: int) -> ScriptCall:
        """Build partition, KEYS and ARGV of a RESERVE call."""
        number, item, outbox, limit, wake = locate(purchase.tenant_id, purchase.item_id)
        buyer = buyer_key(number, purchase.tenant_id, purchase.session_id)
        keys = [item, outbox, self._receipt_key(number, purchase.order_id), limit, wake, buyer]
        fields = [purchase.tenant_id, purchase.item_id, purchase.user_id, purchase.quantity, purchase.moment]
        arguments = [str(purchase.order_id), *fields, backlog_max, WAKE_FLAG_TTL_SECONDS]
        others = [self._receipt_key(number, order_id) for order_id in purchase.other_ids]
        return ScriptCall(number, keys, arguments, ReceiptSearch(purchase, others, self.expired_receipt_life))

    def trust_buyer(self, purchase: Purchase) -> None:
        """Mark the buyer's session as valid in the item's partition.

        A session that was revoked meanwhile stays revoked.
        """
        number = partition_of(purchase.tenant_id, purchase.item_id)
        name = buyer_key(number, purchase.tenant_id, purchase.session_id)
        self._client(number).set(name, "1", ex=self.buyer.ttl, nx=True)

    def revoke_buyer(self, tenant_id: int, session_ids: Collection[UUID]) -> None:
        """Revoke sessions in every partition. Raises RedisError."""
        life = str(int(BUYER_TTL.total_seconds()))
        places = [
            (number, buyer_key(number, tenant_id, session_id))
            for session_id in session_ids
            for number in range(PARTITIONS)
        ]
        self._execute_all([(number, "SET", name, "0", "EX", life) for number, name in places])

    def find_reservation(self, tenant_id: int, item_id: int, order_id: UUID) -> Reservation | None:
        """Return the receipt of a purchase of that item, or None."""
        number = partition_of(tenant_id, item_id)
        text = self._execute(number, "GET", self._receipt_key(number, order_id))
        return read_or_none(text) if text else None

    def search_reservation(self, order_id: UUID) -> Reservation | None:
        """Search all partitions for a receipt of the current tenant."""
        texts = self._execute_all(
            [(number, "GET", self._receipt_key(number, order_id)) for number in range(PARTITIONS)]
        )
        # The key of a receipt has no tenant; the receipt itself does.
        receipts = (receipt for text in texts if text and (receipt := read_or_none(text)))
        return next((receipt for receipt in receipts if receipt.tenant_id == current_tenant()), None)

    def scan_receipts(self) -> Iterator[str]:
        """Iterate over all receipts as text; there may be a million."""
        for server in self.stores.stock_servers:
            client: Any = server
            names = client.scan_iter("{p*}:receipt:*", count=SCAN_COUNT)
            while keys := list(islice(names, SCAN_COUNT)):
                yield from filter(None, client.mget(keys))
