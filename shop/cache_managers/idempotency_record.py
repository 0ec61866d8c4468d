"""Redis keys of idempotency: who works on a request, and what a purchase asked for."""

from dataclasses import dataclass
from pathlib import Path

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.idempotency.record import Ticket
from shop.core.redis.script import Script

_release = Script(Path(__file__).parent / "lua" / "release.lua")


@dataclass(frozen=True)
class IdempotencyRecordCacheManager(CacheManager):
    """Leases. Each holds its owner's token and what is asked for, with a bar between them."""

    # No ttl of its own: a lease and a note live differently long.
    lease = Key("{tenant}:idempotency:{name}")

    def take(self, ticket: Ticket, token: str, seconds: float) -> str | None:
        """None when the lease is ours, for so many seconds; else what its holder asks for."""
        name, held = self.name(ticket), None
        while held is None:
            if self.stores.cache.set(name, f"{token}|{ticket.asks.text}", nx=True, px=int(seconds * 1000)):
                return None
            # None: it ended just now.
            held = self.stores.cache.get(name)
        holder, _, asks = str(held).partition("|")
        return None if holder == token else asks

    def release(self, ticket: Ticket, token: str) -> None:
        """Give a lease back; one that is not ours stays."""
        _release(self.stores.cache, [self.name(ticket)], [f"{token}|"])

    def asked(self, ticket: Ticket) -> str | None:
        """What was asked for under this key."""
        held = self.stores.cache.get(self.name(ticket))
        return None if held is None else str(held).partition("|")[2]

    def note(self, ticket: Ticket) -> None:
        """Keep what was asked for."""
        self.stores.cache.set(self.name(ticket), f"|{ticket.asks.text}", nx=True, ex=ticket.ttl)

    def name(self, ticket: Ticket) -> str:
        """The key in Redis."""
        return self.lease(tenant=ticket.tenant_id, name=ticket.name)
