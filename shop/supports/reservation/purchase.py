"""Purchase requests and the receipts of their keys."""

from typing import NamedTuple
from uuid import UUID, uuid5

from shop.core.idempotency.record import IdempotencyKey


class Purchase(NamedTuple):
    """Purchase request of a session.

    `moment` is in microseconds since 1970; `idempotency_key` is None without a key. `other_ids` are further orders that
    the key may have bought. `is_renewed`: the first order of the key has expired.
    """

    order_id: UUID
    tenant_id: int
    item_id: int
    user_id: int
    quantity: int
    moment: int
    idempotency_key: IdempotencyKey | None
    session_id: UUID
    other_ids: tuple[UUID, ...] = ()
    is_renewed: bool = False

    @property
    def order_ids(self) -> tuple[UUID, ...]:
        """Ids of all orders that the key may have bought."""
        return self.order_id, *self.other_ids

    @property
    def expired_at(self) -> int:
        """Moment of the newest order that no longer belongs to the key."""
        return self.moment - self.idempotency_key.ttl * 10**6 if self.idempotency_key else -1

    def renew(self) -> "Purchase":
        """Return the purchase with the ids of an expired key.

        They are those of the current life of the key, counted since 1970, and of its neighbours, since an order of the
        life before may be valid and clocks differ.
        """
        life = self.moment // (self.idempotency_key.ttl * 10**6) if self.idempotency_key else 0
        ids = [uuid5(order_id, f"{life + step}") for order_id in self.order_ids for step in (0, -1, 1)]
        return self._replace(order_id=ids[0], other_ids=tuple(ids[1:]), is_renewed=True)

    def belongs_to_key(self, order_id: UUID, moment: int) -> bool:
        """Return True for an order of the key that has not expired."""
        return moment > self.expired_at or (self.is_renewed and order_id == self.order_id)


class ReceiptSearch(NamedTuple):
    """Search of the receipts of a key.

    `keys`: Redis keys of the other receipts. `life_seconds`: life of an expired receipt.
    """

    purchase: Purchase
    keys: list[str]
    life_seconds: int
