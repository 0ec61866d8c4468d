"""Redis keys of idempotency: who works on a request, and what a purchase asked for."""

from dataclasses import dataclass
from pathlib import Path

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.idempotency.record import IdempotencyKey
from shop.core.redis.script import Script

_release_lease = Script(Path(__file__).parent / "lua" / "release.lua")


@dataclass(frozen=True)
class IdempotencyRecordCacheManager(CacheManager):
    """Leases. Each holds its owner's token and what is asked for, with a bar between them."""

    # No ttl of its own: a lease and a note live differently long.
    lease = Key("{tenant}:idempotency:{name}")

    def acquire(self, ticket: IdempotencyKey, token: str, seconds: float) -> str | None:
        """None when the lease is ours, for so many seconds; else what its holder asks for."""
        name, held = self.key_name(ticket), None
        while held is None:
            if self.stores.cache.set(name, f"{token}|{ticket.fingerprint.text}", nx=True, px=int(seconds * 1000)):
                return None
            # None: it ended just now.
            held = self.stores.cache.get(name)
        holder, _, asks = str(held).partition("|")
        return None if holder == token else asks

    def release(self, ticket: IdempotencyKey, token: str) -> None:
        """Give a lease back; one that is not ours stays."""
        _release_lease(self.stores.cache, [self.key_name(ticket)], [f"{token}|"])

    def find_fingerprint(self, ticket: IdempotencyKey) -> str | None:
        """What was asked for under this key."""
        held = self.stores.cache.get(self.key_name(ticket))
        return None if held is None else str(held).partition("|")[2]

    def store_fingerprint(self, ticket: IdempotencyKey) -> None:
        """Keep what was asked for."""
        self.stores.cache.set(self.key_name(ticket), f"|{ticket.fingerprint.text}", nx=True, ex=ticket.ttl)

    def key_name(self, ticket: IdempotencyKey) -> str:
        """The key in Redis."""
        return self.lease(tenant=ticket.tenant_id, name=ticket.digest)
