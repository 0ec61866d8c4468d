"""Crash of a process at a method that a test arms.

Python runs this file at the start of every process whose PYTHONPATH begins with this folder, also in the workers of
granian, so the product needs no hook. SHOP_TEST_CRASH_POINTS lists the methods, as `module:Class.method`. Each of them
reads the file SHOP_TEST_CRASH_FILE, so a running process can be armed: see `tests/chaos/harness/crash_trap.py`. The
first process at the armed point writes its pid to the mark and gets the signal; later ones continue.
"""

import importlib.util
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any


class CrashHook(MetaPathFinder):
    """Import hook that adds crashes to methods."""

    def __init__(self, points: list[str], file: str) -> None:
        self.points, self.file = points, file
        # Calls of the armed point, by the content of the file.
        self.calls: dict[str, count[int]] = {}
        self.waiting = {point.partition(":")[0] for point in points}

    def install(self) -> None:
        """Add the crashes, at once to modules that are imported already."""
        for module in [sys.modules[name] for name in self.waiting if name in sys.modules]:
            self.waiting.discard(module.__name__)
            self.set(module)
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Return the module's spec with a loader that adds the crashes."""
        if fullname not in self.waiting:
            return None
        self.waiting.discard(fullname)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            raise ImportError(f"A crash point names {fullname}, which does not exist.")
        load = spec.loader.exec_module

        def load_and_set(module: ModuleType) -> None:
            load(module)
            self.set(module)

        spec.loader.exec_module = load_and_set  # type: ignore[method-assign]  # this one import only
        return spec

    def set(self, module: ModuleType) -> None:
        """Add a crash before and after each listed method of the module.

        Raises AttributeError when there is no such method.
        """
        for point in self.points:
            name, _, path = point.partition(":")
            if name == module.__name__:
                self.set_point(module, path, point)

    def set_point(self, module: ModuleType, path: str, point: str) -> None:
        """Add a crash before and after one method."""
        owner: Any = module
        *folders, name = path.split(".")
        for folder in folders:
            owner = getattr(owner, folder)
        setattr(owner, name, self.with_crash(getattr(owner, name), point))

    def with_crash(self, method: Callable[..., Any], point: str) -> Callable[..., Any]:
        """Return the method with its crashes."""

        @wraps(method)
        def run(*arguments: Any, **options: Any) -> Any:
            armed = self.find_armed(point)
            if armed.get("when") == "before":
                crash(armed)
            result = method(*arguments, **options)
            if armed.get("when") == "after":
                crash(armed)
            return result

        return run

    def find_armed(self, point: str) -> dict[str, Any]:
        """Return the armed crash of this call; empty for any other call."""
        try:
            with Path(self.file).open() as file:
                text = file.read()
        except FileNotFoundError:
            return {}
        armed: dict[str, Any] = json.loads(text)
        # Each process of a service has its own address.
        if (armed["point"], armed["bind"]) != (point, os.environ.get("SHOP_BIND")):
            return {}
        return armed if next(self.calls.setdefault(text, count(1))) == armed["nth"] else {}


def crash(armed: dict[str, Any]) -> None:
    """Send the signal to this process, unless another one has crashed before."""
    try:
        mark = os.open(armed["mark"], os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return
    os.write(mark, str(os.getpid()).encode())
    # Sent to this thread: with the signal in another thread, this one would continue for a moment.
    signal.pthread_kill(threading.get_ident(), signal.Signals[armed["signal"]])


if points := os.environ.get("SHOP_TEST_CRASH_POINTS"):
    CrashHook(points.split(), os.environ["SHOP_TEST_CRASH_FILE"]).install()
