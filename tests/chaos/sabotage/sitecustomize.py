"""Crash of a process at `SHOP_TEST_CRASH=module:Class.method:before|after[:nth call]`.

Python runs this file at the start of every process whose PYTHONPATH begins with this folder, also in the workers of
granian, so the product needs no hook. The first process at the point writes its pid to the file SHOP_TEST_CRASH_MARK
and crashes; the others continue. With SHOP_TEST_CRASH_SIGNAL=SIGSTOP it pauses instead.
"""

import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import count
from types import ModuleType
from typing import Any


class CrashHook(MetaPathFinder):
    """Import hook that adds a crash to one method of one module."""

    def __init__(self, point: str, mark: str) -> None:
        self.module, self.path, self.when, *nth = point.split(":")
        self.nth, self.mark = int(nth[0]) if nth else 1, mark
        self.calls = count(1)

    def install(self) -> None:
        """Add the crash now when the module is imported already, else at its import."""
        if module := sys.modules.get(self.module):
            self.set(module)
        else:
            sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Return the module's spec with a loader that adds the crash."""
        if fullname != self.module:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            raise ImportError(f"The crash point names {fullname}, which does not exist.")
        load = spec.loader.exec_module

        def load_and_set(module: ModuleType) -> None:
            load(module)
            self.set(module)

        spec.loader.exec_module = load_and_set  # type: ignore[method-assign]  # this one import only
        return spec

    def set(self, module: ModuleType) -> None:
        """Add the crash before or after the method.

        Raises AttributeError when there is no such method.
        """
        owner: Any = module
        *folders, name = self.path.split(".")
        for folder in folders:
            owner = getattr(owner, folder)
        setattr(owner, name, self.with_crash(getattr(owner, name)))

    def with_crash(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return the method with the crash."""

        @wraps(method)
        def run(*arguments: Any, **options: Any) -> Any:
            is_crash_call = next(self.calls) == self.nth
            if is_crash_call and self.when == "before":
                self.crash()
            result = method(*arguments, **options)
            if is_crash_call and self.when == "after":
                self.crash()
            return result

        return run

    def crash(self) -> None:
        """Kill this process, unless another one has crashed before."""
        try:
            mark = os.open(self.mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return
        os.write(mark, str(os.getpid()).encode())
        # Sent to this thread: with the signal in another thread, this one would continue for a moment.
        signal.pthread_kill(threading.get_ident(), signal.Signals[os.environ.get("SHOP_TEST_CRASH_SIGNAL", "SIGKILL")])


if point := os.environ.get("SHOP_TEST_CRASH"):
    CrashHook(point, os.environ["SHOP_TEST_CRASH_MARK"]).install()
