"""Redis keys of idempotency: leases of running requests, fingerprints of purchases."""

from dataclasses import dataclass
from pathlib import Path

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.idempotency.record import IdempotencyKey
from shop.core.redis.script import Script

_release_lease = Script(Path(__file__).parent / "lua" / "release.lua")


@dataclass(frozen=True)
class IdempotencyRecordCacheManager(CacheManager):
    """Idempotency leases, stored as `token|fingerprint`."""

    # No fixed ttl: leases and fingerprints expire at different times.
    lease = Key("{tenant}:idempotency:{name}")

    def acquire(self, key: IdempotencyKey, token: str, seconds: float) -> str | None:
        """Acquire the lease for `seconds`.

        Returns None on success, else the fingerprint of the request that holds the lease.
        """
        name, lease = self.key_name(key), None
        while lease is None:
            if self.stores.cache.set(name, f"{token}|{key.fingerprint.text}", nx=True, px=int(seconds * 1000)):
                return None
            # None: the lease expired between SET and GET.
            lease = self.stores.cache.get(name)
        holder, _, fingerprint = str(lease).partition("|")
        return None if holder == token else fingerprint

    def release(self, key: IdempotencyKey, token: str) -> None:
        """Release the lease; the lease of another owner stays."""
        _release_lease(self.stores.cache, [self.key_name(key)], [f"{token}|"])

    def find_fingerprint(self, key: IdempotencyKey) -> str | None:
        """Return the fingerprint stored under this key, or None."""
        lease = self.stores.cache.get(self.key_name(key))
        return None if lease is None else str(lease).partition("|")[2]

    def store_fingerprint(self, key: IdempotencyKey) -> None:
        """Store the fingerprint of the request under its key."""
        self.stores.cache.set(self.key_name(key), f"|{key.fingerprint.text}", nx=True, ex=key.ttl)

    def key_name(self, key: IdempotencyKey) -> str:
        """Return the Redis key."""
        return self.lease(tenant=key.tenant_id, name=key.digest)
