"""Hooks for `make coverage` in the processes that tests start."""

import os
import sys
import threading
from typing import Any

from flask import Flask


def is_measured() -> bool:
    """Return True when coverage.py measures this process and its children."""
    return "COVERAGE_PROCESS_CONFIG" in os.environ


def trace_server_threads() -> None:
    """Trace the requests of the web server.

    The server creates its threads outside of Python, so that `threading.settrace` does not reach them.
    """
    call = Flask.__call__

    def traced_call(app: Flask, *arguments: Any) -> Any:
        if sys.gettrace() is None and (trace := threading.gettrace()):
            sys.settrace(trace)
        return call(app, *arguments)

    Flask.__call__ = traced_call  # type: ignore[method-assign, assignment]
