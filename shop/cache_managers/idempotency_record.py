"""Redis keys of idempotency: leases of running requests, fingerprints of purchases."""

from dataclasses import dataclass
from pathlib import Path

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.idempotency.key_spelling import is_quoted
from shop.core.idempotency.record import IdempotencyKey, UnreadableRecord
from shop.core.redis.script import Script

_LUA = Path(__file__).parent / "lua"
# Lua functions that read leases, notes and receipts.
READ_LUA = _LUA / "read.lua"
_acquire, _release, _read_notes = (Script(_LUA / f"{name}.lua", READ_LUA) for name in ("lease", "release", "notes"))
_DAMAGED = "damaged"


@dataclass(frozen=True)
class IdempotencyRecordCacheManager(CacheManager):
    """Idempotency leases, stored as `token|fingerprint`, and notes, stored as `|fingerprint`.

    A note means that the key was used.
    """

    # No fixed ttl: leases and notes expire at different times.
    lease = Key("{tenant}:idempotency:{name}")

    def acquire(self, key: IdempotencyKey, token: str, seconds: float, over: str = "") -> str | None:
        """Acquire the lease for `seconds`.

        Returns None on success, else the fingerprint of the request that holds the lease; that of a note begins with
        NOTE. The note `over` is replaced. Raises UnreadableRecord for a damaged note.
        """
        names = self.key_names(key)
        # Requests with both spellings meet at the plain one; the previous release takes only the one that was sent.
        taken = len(names) if is_quoted(key.value) else 1
        arguments = [f"{token}|", key.fingerprint.text, int(seconds * 1000), over, taken]
        held = _acquire(self.stores.cache, names, arguments)
        if held == _DAMAGED:
            raise UnreadableRecord("a note is none")
        holder, _, fingerprint = str(held).partition("|")
        return (fingerprint if holder else held) if held else None

    def release(self, key: IdempotencyKey, token: str, note_seconds: float = 0) -> None:
        """Release the lease; the lease of another owner stays.

        With `note_seconds` a note of that life stays under the spelling that was sent.
        """
        note = f"|{key.fingerprint.text}"
        _release(self.stores.cache, self.key_names(key), [f"{token}|", note, int(note_seconds * 1000)])

    def find_fingerprint(self, key: IdempotencyKey) -> str | None:
        """Return the fingerprint stored under a spelling of this key, or None."""
        found = self.stores.cache.mget(self.key_names(key))
        return next((str(lease).partition("|")[2] for lease in found if lease is not None), None)

    def read_fingerprints(self, key: IdempotencyKey) -> list[str]:
        """Return the fingerprints stored under the spellings of this key.

        Raises UnreadableRecord for a damaged note, which is deleted.
        """
        held = _read_notes(self.stores.cache, self.key_names(key), [])
        if held == _DAMAGED:
            raise UnreadableRecord("a note is none")
        return [str(note).partition("|")[2] for note in held]

    def store_fingerprint(self, key: IdempotencyKey) -> None:
        """Store the fingerprint of the request under its key."""
        self.stores.cache.set(self.key_name(key), f"|{key.fingerprint.text}", ex=key.ttl)

    def key_names(self, key: IdempotencyKey) -> list[str]:
        """Return the Redis keys of all spellings, as sent first."""
        return [self.key_name(spelling) for spelling in key.spellings]

    def key_name(self, key: IdempotencyKey) -> str:
        """Return the Redis key."""
        return self.lease(tenant=key.tenant_id, name=key.digest)
