"""Pure functions about purchases."""

import json
import re
import uuid

from shop.constants.order import WAIT_MAX_SECONDS

_NAMESPACE = uuid.UUID("6f0c8f0e-6f0a-5d1c-9a55-0d7a3f3c7e11")
# RFC 7240: names in either case, blanks around the sign, the value perhaps in quotes.
_WAIT_PATTERN = re.compile(r'(?:^|[,;\s])wait\s*=\s*("?)([0-9]{1,9})\1(?:$|[,;\s])', re.IGNORECASE)


def derive_purchase_id(tenant_id: int, owner: int | str, path: str, key: str) -> uuid.UUID:
    """The id of the purchase a key stands for; the parts are kept apart, so no two of them can run together."""
    return uuid.uuid5(_NAMESPACE, json.dumps([tenant_id, owner, path, key]))


def parse_wait_preference(prefer: str | None) -> int:
    """Seconds a client will wait (RFC 7240 `Prefer: wait=2`), at most WAIT_MAX_SECONDS; 0 when it says none."""
    found = _WAIT_PATTERN.search(prefer) if prefer else None
    return min(int(found[2]), WAIT_MAX_SECONDS) if found else 0
