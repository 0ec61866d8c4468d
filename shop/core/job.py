"""Jobs and the queue that carries them: RQ wakes, the databases remember."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from shop.core.database import Database
from shop.core.redis import RedisStores

QUEUE_HIGH = "shop-high"
# Where a worker finds the job's name and arguments; a text, since the worker imports it, not we.
PERFORM = "shop.worker.perform"
JOB_TIMEOUT_SECONDS = 60
FAILURE_LIFE_SECONDS = 3600


@dataclass(frozen=True)
class Job:
    """A queue or schedule entrance with a Controller's rights: `run` does the work, its writes are @transactional."""

    database: Database

    name: ClassVar[str]
    # How often the scheduler asks for it; None: only when somebody does.
    every: ClassVar[timedelta | None] = None
    # Whether each worker runs it before its first job from the queue.
    at_start: ClassVar[bool] = False

    # A method of each Job, with arguments of its own: do the work.
    run: ClassVar[Callable[..., Any]]


@dataclass(frozen=True)
class Queue:
    """Asks workers for jobs by name. A name, because whoever asks stands below the Jobs."""

    stores: RedisStores

    def enqueue(self, name: str, *, life: timedelta | None = None, **arguments: Any) -> None:
        """Ask for a job now; one not begun within `life` is dropped. Raises RedisError."""
        self._rq.enqueue_call(
            PERFORM,
            kwargs={"name": name, "arguments": arguments},
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            ttl=int(life.total_seconds()) if life else None,
            failure_ttl=FAILURE_LIFE_SECONDS,
        )

    def enqueue_once(self, name: str, slot: int, *, life: timedelta) -> bool:
        """Ask for a scheduled job unless another scheduler did for this slot of time; whether it was asked."""
        if not self.stores.queue.set(f"shop:schedule:{name}:{slot}", "1", nx=True, px=life):
            return False
        self.enqueue(name, life=life)
        return True

    def is_empty(self) -> bool:
        """Whether no job waits."""
        return not self._rq.count

    @cached_property
    def _rq(self) -> RqQueue:
        return RqQueue(QUEUE_HIGH, connection=self.stores.queue, serializer=JSONSerializer)
