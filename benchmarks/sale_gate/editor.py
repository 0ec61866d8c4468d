"""Edits of an item at a fixed rate."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from benchmarks.load.http_client import JsonClient, JsonResponse

Change = dict[str, Any]
# Called with a change, the moment of its request by `time.perf_counter`, and the response.
OnAnswer = Callable[[Change, float, JsonResponse], object]


@dataclass
class Editor:
    """Editor that sends one change after the other, at planned moments.

    A late change is sent at once. `answers`: seconds of each change; `failures`: responses that are no success.
    """

    client: JsonClient
    path: str
    rate: float
    changes: Iterator[Change]
    on_answer: OnAnswer
    answers: list[float] = field(default_factory=list)
    failures: list[JsonResponse] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Edit while the context lasts."""
        thread = threading.Thread(target=self._work)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join()

    def _work(self) -> None:
        started = time.perf_counter()
        for number in count(1):
            self._edit(next(self.changes))
            if self._stopped.wait(max(0.0, started + number / self.rate - time.perf_counter())):
                return

    def _edit(self, change: Change) -> None:
        sent_at = time.perf_counter()
        response = self.client.send("PATCH", self.path, change)
        self.answers.append(response.seconds)
        if response.status != 200:
            self.failures.append(response)
        self.on_answer(change, sent_at, response)
