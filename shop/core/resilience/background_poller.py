"""Background thread that calls a function periodically and on request."""

import logging
from collections.abc import Callable
from threading import Condition, Event, Thread, current_thread

_log = logging.getLogger(__name__)


class BackgroundPoller:
    """Thread that calls a function after each pause and on request.

    A request starts it. An exception of the function is logged with `error_text` and does not end the thread.
    """

    def __init__(self, name: str, function: Callable[[], object], error_text: str) -> None:
        # None: the function is called on request only.
        self.pause_seconds: float | None = None
        self._name, self._function, self._error_text = name, function, error_text
        self._condition, self._is_requested, self._call_done = Condition(), False, Event()
        self._thread: Thread | None = None

    def request(self) -> Event:
        """Request a call now, and return its completion event."""
        with self._condition:
            # A fork does not copy the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._is_requested = True
            self._condition.notify_all()
            return self._call_done

    def close(self) -> None:
        """End the thread after the requested call, until the next request."""
        with self._condition:
            self._thread = None
            self._condition.notify_all()

    def _run(self) -> None:
        while call_done := self._wait_for_next_call():
            try:
                self._function()
            except Exception as error:  # noqa: BLE001 - a failed call must not end the periodic calls
                _log.warning("%s: %r", self._error_text, error)
            call_done.set()

    def _wait_for_next_call(self) -> Event | None:
        with self._condition:
            self._condition.wait_for(
                lambda: self._is_requested or self._thread is not current_thread(), self.pause_seconds
            )
            if self._thread is not current_thread() and not self._is_requested:
                return None
            self._is_requested, call_done, self._call_done = False, self._call_done, Event()
            return call_done
