"""Users who never sign in: nobody pays for hashing a password that is never asked for."""

import itertools
import time
from typing import Any

from sqlalchemy import Engine, insert

from shop.constants.user import UserRole
from shop.core.clock import Clock
from shop.core.model import DEFAULT_TENANT
from shop.core.tokens import Tokens
from shop.models.user import User

_numbers = itertools.count(1)


def new_users(engine: Engine, tokens: Tokens, count: int, role: UserRole = UserRole.GENERAL) -> list[str]:
    """Access tokens of that many new users."""
    with engine.begin() as connection:
        keys = [connection.execute(insert(User), _row(role)).inserted_primary_key for _ in range(count)]
    return [tokens.issue(key[0], DEFAULT_TENANT) for key in keys if key]


def _row(role: UserRole) -> dict[str, Any]:
    now, name = Clock().now(), f"{role}-{next(_numbers)}-{time.monotonic_ns()}"
    account = {"name": name, "email": f"{name}@example.com", "password_hash": "nobody signs in", "role": role}
    return {"tenant_id": DEFAULT_TENANT, "created_at": now, "updated_at": now, **account}
