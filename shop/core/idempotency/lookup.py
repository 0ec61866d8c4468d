"""Search of the record of a key, in both spellings."""

from dataclasses import dataclass
from functools import partial

from shop.core.clock import Clock
from shop.core.database.engine import Database
from shop.core.database.transaction import in_transaction
from shop.core.idempotency.integrity import check_expiry, read_stored
from shop.core.idempotency.record import IdempotencyKey, IdempotencyStore, StoredResponse, UnreadableRecord


@dataclass
class RecordLookup:
    """Search of a key's record, which deletes expired and damaged ones.

    `expired_fingerprint` is that of an expired record that was found.
    """

    database: Database
    clock: Clock
    store: IdempotencyStore
    key: IdempotencyKey
    expired_fingerprint: str | None = None

    def find(self) -> StoredResponse | None:
        """Return the record of the key, or None.

        The spelling that was sent is searched first. Raises UnreadableRecord for a damaged record, once: it is deleted.
        """
        return next((stored for key in self.key.spellings if (stored := self._find_spelled(key))), None)

    def _find_spelled(self, key: IdempotencyKey) -> StoredResponse | None:
        try:
            stored = in_transaction(self.database, partial(self.store.find, key))
            if stored is None:
                return None
            if check_expiry(stored) <= self.clock.now():
                self.expired_fingerprint = stored.fingerprint
                # A separate transaction: its gap lock would otherwise block other requests until this one ends.
                in_transaction(self.database, partial(self.store.delete, key, stored))
                return None
            read_stored(stored)
        except UnreadableRecord:
            in_transaction(self.database, partial(self.store.delete_unreadable, key))
            raise
        return stored
