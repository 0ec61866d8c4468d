"""Load requests: at most one of an item waits."""

from dataclasses import dataclass

from shop.cache_managers.stock.keys import StockKeys, partition_label, partition_of

# A request whose job is lost with the queue is repeated after that time.
LOAD_REQUEST_TTL_SECONDS = 2


@dataclass(frozen=True)
class LoadRequests(StockKeys):
    """Commands over the load request of an item."""

    def claim_load_request(self, tenant_id: int, item_id: int) -> bool:
        """Claim the load request; return False when another one waits."""
        key = self._load_request_key(tenant_id, item_id)
        number = partition_of(tenant_id, item_id)
        return bool(self._client(number).set(key, "1", nx=True, ex=LOAD_REQUEST_TTL_SECONDS))

    def release_load_request(self, tenant_id: int, item_id: int) -> None:
        """Permit the next load request of an item."""
        self._client(partition_of(tenant_id, item_id)).delete(self._load_request_key(tenant_id, item_id))

    def _load_request_key(self, tenant_id: int, item_id: int) -> str:
        part = partition_label(partition_of(tenant_id, item_id))
        return self.load_request(partition=part, tenant=tenant_id, item=item_id)
