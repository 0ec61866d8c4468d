"""Pure functions about purchases."""

import json
import re
import uuid

from shop.constants.order import WAIT_MAX_SECONDS

_NAMESPACE = uuid.UUID("6f0c8f0e-6f0a-5d1c-9a55-0d7a3f3c7e11")
# RFC 7240: case-insensitive names, optional blanks around `=`, optional quotes around the value.
_WAIT_PATTERN = re.compile(r'(?:^|[,;\s])wait\s*=\s*("?)([0-9]{1,9})\1(?:$|[,;\s])', re.IGNORECASE)


def derive_purchase_id(tenant_id: int, owner: int | str, path: str, key: str) -> uuid.UUID:
    """Derive the purchase id of an idempotency key.

    JSON keeps the parts separate, so that different parts never give the same text.
    """
    return uuid.uuid5(_NAMESPACE, json.dumps([tenant_id, owner, path, key]))


def parse_wait_preference(prefer: str | None) -> int:
    """Parse the seconds of `Prefer: wait=2` (RFC 7240).

    Returns at most WAIT_MAX_SECONDS, and 0 without a valid preference.
    """
    match = _WAIT_PATTERN.search(prefer) if prefer else None
    return min(int(match[2]), WAIT_MAX_SECONDS) if match else 0
