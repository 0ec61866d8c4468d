"""Lock in Redis with an owner token and an expiry."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.lock import Lock

from shop.core.redis.stores import RedisError


@contextmanager
def try_lock(client: "Redis", name: str, seconds: float) -> Iterator[bool]:
    """Try once to acquire a lock, and release it at the end.

    Yields True when it was acquired. The lock of a process that dies expires after the given seconds. The lock of
    redis-py is set by SET NX PX with a token and deleted by a script that compares the token. Raises RedisError.
    """
    lock = Lock(client, name, timeout=seconds, blocking=False, thread_local=False)
    acquired = lock.acquire(token=secrets.token_hex(16))
    try:
        yield acquired
    finally:
        if acquired:
            # The lock has another owner by now, or Redis is unreachable. It expires, and the work is already done.
            with suppress(RedisError):
                lock.release()
