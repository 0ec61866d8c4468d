"""Redis keys of stock; braces keep a partition in one cluster slot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zlib import crc32

from shop.constants.stock import PARTITIONS, RECEIPT_LIFE_SECONDS
from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.redis.damage import is_wrong_type, remove_wrong_type
from shop.core.redis.stores import RedisError
from shop.supports.reservation import Reservation

# The receipt of the next order lives until the order is written and a whole life longer.
EXPIRED_RECEIPT_MORE_SECONDS = 3600
BUYER_TTL = timedelta(hours=1)
# Command that reads -> type of its key.
_KINDS = {"GET": "string", "HGETALL": "hash", "HMGET": "hash", "XRANGE": "stream", "XLEN": "stream"}


@dataclass(frozen=True)
class StockKeys(CacheManager):
    """Redis keys of stock, and the clients of their partitions."""

    item = Key("{{p{partition}}}:item:{tenant}:{item}")
    outbox = Key("{{p{partition}}}:outbox")
    receipt = Key("{{p{partition}}}:receipt:{order}")
    limit = Key("{{p{partition}}}:limit:{tenant}:{item}")
    wake_flag = Key("{{p{partition}}}:wake")
    # One copy per partition, so that RESERVE checks the buyer's session in the same round trip.
    buyer = Key("{{p{partition}}}:buyer:{tenant}:{session}", ttl=BUYER_TTL)
    load_request = Key("{{p{partition}}}:load:{tenant}:{item}")
    dead_letter_stream = Key("{{p{partition}}}:dead")
    applied_adjustment = Key("{{p{partition}}}:taken:{adjustment}")
    reconciled_at = Key("stock:compared")

    @property
    def receipt_life(self) -> int:
        """Seconds a finished receipt lives: as long as its key, or longer."""
        return max(RECEIPT_LIFE_SECONDS, self.stores.settings.idempotency_ttl)

    @property
    def expired_receipt_life(self) -> int:
        """Further life of an expired receipt whose key is used again."""
        return self.receipt_life + EXPIRED_RECEIPT_MORE_SECONDS

    def partition(self, tenant_id: int, item_id: int) -> int:
        """Return the partition of an item."""
        return partition_of(tenant_id, item_id)

    def _client(self, number: int) -> Any:
        # Any: redis-py types its results for text, bytes and coroutines at once.
        return self.stores.stock(number)

    def _execute(self, number: int, *command: str) -> Any:
        """Run one command in a partition; see `_execute_all`."""
        return self._execute_all([(number, *command)])[0]

    def _execute_all(self, commands: Sequence[tuple[int, *tuple[str, ...]]], *, transaction: bool = False) -> list[Any]:
        """Run (partition, command, argument...) in one round trip per server.

        Returns the results in the order of the commands. A key of another type is removed, and so missing.
        """
        try:
            return self._send(commands, transaction)
        except RedisError as error:
            if not is_wrong_type(error):
                raise
        for number, *command in commands:
            if kind := _KINDS.get(command[0]):
                remove_wrong_type(self._client(number), command[1], kind)
        return self._send(commands, transaction)

    def _send(self, commands: Sequence[tuple[int, *tuple[str, ...]]], transaction: bool) -> list[Any]:  # noqa: FBT001 - private
        parts: dict[int, tuple[Any, list[Sequence[str]]]] = {}
        for number, *command in commands:
            client = self._client(number)
            parts.setdefault(id(client), (client, []))[1].append(command)
        answers = {server: iter(_execute(*part, transaction)) for server, part in parts.items()}
        return [next(answers[id(self._client(number))]) for number, *_ in commands]

    def _reservation_keys(self, number: int, reservation: Reservation) -> list[str]:
        # The keys of item, receipt and limit.
        _, item, _, limit, _ = locate(reservation.tenant_id, reservation.item_id)
        return [item, self._receipt_key(number, reservation.order_id), limit]

    def _receipt_key(self, number: int, order_id: UUID) -> str:
        return self.receipt(partition=partition_label(number), order=order_id)


def _execute(client: Any, commands: Sequence[Sequence[str]], transaction: bool) -> Any:  # noqa: FBT001 - private
    if not transaction:
        return client.execute_all(commands)
    pipe = client.pipeline()
    for command in commands:
        pipe.execute_command(*command)
    return pipe.execute()


def partition_label(number: int) -> str:
    """Return the partition number as two digits, as in its keys."""
    return f"{number:02}"


@lru_cache(maxsize=10_000)
def partition_of(tenant_id: int, item_id: int) -> int:
    """Return the partition of an item."""
    return crc32(f"{tenant_id}:{item_id}".encode()) % PARTITIONS


def buyer_key(number: int, tenant_id: int, session_id: UUID) -> str:
    """Return the key of a session's buyer in a partition."""
    return StockKeys.buyer(partition=partition_label(number), tenant=tenant_id, session=session_id)


@lru_cache(maxsize=10_000)
def locate(tenant_id: int, item_id: int) -> tuple[int, str, str, str, str]:
    """Return partition and keys of an item: item, outbox, limit, wake."""
    number = partition_of(tenant_id, item_id)
    part = partition_label(number)
    return (
        number,
        StockKeys.item(partition=part, tenant=tenant_id, item=item_id),
        StockKeys.outbox(partition=part),
        StockKeys.limit(partition=part, tenant=tenant_id, item=item_id),
        StockKeys.wake_flag(partition=part),
    )
