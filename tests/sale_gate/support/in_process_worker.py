"""Worker in a thread of the test process, for shops in this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from shop.core.jobs.job import run_with_retries
from shop.core.jobs.queue import QUEUE_HIGH
from shop.core.redis.stores import RedisStores
from shop.worker import find_jobs
from tests.purchase.support.in_process_shop import InProcessShop

PAUSE_SECONDS = 0.005


@contextmanager
def running_worker(shop: InProcessShop) -> Iterator[None]:
    """Run the queued jobs of a shop while the context lasts, and those that are left at its end."""
    queue = RqQueue(QUEUE_HIGH, connection=shop.container.get(RedisStores).queue, serializer=JSONSerializer)
    jobs, stopped = find_jobs(shop.container), threading.Event()

    def run_jobs() -> None:
        # Only this thread takes jobs out of the queue.
        while queue.count:
            if job := queue.fetch_job(queue.pop_job_id() or ""):
                run_with_retries(jobs[job.kwargs["name"]], job.kwargs["arguments"])

    def work() -> None:
        while not stopped.wait(PAUSE_SECONDS):
            run_jobs()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
        run_jobs()
