"""Kills the process that imports it at one point: `SHOP_TEST_CRASH=module:Class.method:before|after[:nth call]`.

Python runs this file at its start, in every process whose PYTHONPATH begins with this folder; so it reaches granian's
workers too, and the product needs no hook. The first process to get there leaves its pid in the file that
SHOP_TEST_CRASH_MARK names, and the others live. With SHOP_TEST_CRASH_SIGNAL=SIGSTOP it pauses there instead.
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


class Trap(MetaPathFinder):
    """Waits for one module to be imported, and changes one method of it."""

    def __init__(self, point: str, mark: str) -> None:
        self.module, self.path, self.when, *nth = point.split(":")
        self.nth, self.mark = int(nth[0]) if nth else 1, mark
        self.calls = count(1)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The module's own spec, with a loader that sets the trap when it is done."""
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
        """Put the crash before or after the method; raises AttributeError when there is none of that name."""
        owner: Any = module
        *folders, name = self.path.split(".")
        for folder in folders:
            owner = getattr(owner, folder)
        setattr(owner, name, self.trapped(getattr(owner, name)))

    def trapped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method, and the crash beside it."""

        @wraps(method)
        def run(*arguments: Any, **words: Any) -> Any:
            fatal = next(self.calls) == self.nth
            if fatal and self.when == "before":
                self.crash()
            result = method(*arguments, **words)
            if fatal and self.when == "after":
                self.crash()
            return result

        return run

    def crash(self) -> None:
        """End this process as a power cut would, unless another one was first."""
        try:
            mark = os.open(self.mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return
        os.write(mark, str(os.getpid()).encode())
        # To this thread: were another one told to stop the process, this one would get a little further.
        signal.pthread_kill(threading.get_ident(), signal.Signals[os.environ.get("SHOP_TEST_CRASH_SIGNAL", "SIGKILL")])


if point := os.environ.get("SHOP_TEST_CRASH"):
    sys.meta_path.insert(0, Trap(point, os.environ["SHOP_TEST_CRASH_MARK"]))
