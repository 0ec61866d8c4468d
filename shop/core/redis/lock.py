"""A lock in Redis that has an owner and a life."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.lock import Lock

from shop.core.redis.stores import RedisError


@contextmanager
def try_lock(client: "Redis", name: str, seconds: float) -> Iterator[bool]:
    """Whether the lock is ours, which is asked once; whoever dies with it holds it that long. Raises RedisError.

    redis-py's lock: taken by SET NX PX with our token, and freed by a script that compares the token first.
    """
    lock = Lock(client, name, timeout=seconds, blocking=False, thread_local=False)
    held = lock.acquire(token=secrets.token_hex(16))
    try:
        yield held
    finally:
        if held:
            # Another owner's by now, or not to be reached: it ends by itself, and what was done under it is done.
            with suppress(RedisError):
                lock.release()
