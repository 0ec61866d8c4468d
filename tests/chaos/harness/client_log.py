"""What the clients asked and what they were told, in a file: the only witness that is not the shop itself."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple


class Op(StrEnum):
    """What a client may ask for."""

    BUY = "buy"
    CANCEL = "cancel"
    ADJUST = "adjust"


class Result(StrEnum):
    """Outcome of a request: done, not done, or unknown."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Request(NamedTuple):
    """One thing asked for. `order`: the order to be cancelled; `quantity`: pieces, or the delta of an adjustment."""

    process: str
    op: Op
    item: int
    quantity: int
    user: int
    key: str | None = None
    order: str | None = None


class Operation(NamedTuple):
    """A wish and how it ended; `answer` is the id of the order, where one was named."""

    request: Request
    invoked: float
    ended: float
    result: Result
    answer: str | None


class ClientLog:
    """Writes two lines for each operation: `invoke` before it is sent, then `ok`, `fail` or `unknown`."""

    def __init__(self, path: Path) -> None:
        self.path, self._file = path, path.open("a", buffering=1)
        self._numbers, self._lock = count(1), threading.Lock()

    def invoke(self, request: Request) -> int:
        """Note that something is about to be asked; the number of that operation."""
        number = next(self._numbers)
        self._write({"n": number, "type": "invoke", "at": time.time(), **request._asdict()})
        return number

    def end(self, number: int, result: Result, answer: str | None, says: str) -> None:
        """Note how it ended, with the answer's own words."""
        self._write({"n": number, "type": result, "at": time.time(), "answer": answer, "says": says})

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")


def read_log(lines: Iterable[str]) -> list[Operation]:
    """The operations of a log; one that never ended is unknown."""
    said: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        entry = json.loads(line)
        said[entry["n"]].append(entry)
    return [_operation(*entries) for entries in said.values()]


def _operation(begun: dict[str, Any], ended: dict[str, Any] | None = None) -> Operation:
    wish = Request(**{name: begun[name] for name in Request._fields})._replace(op=Op(begun["op"]))
    if ended is None:
        return Operation(wish, begun["at"], float("inf"), Result.UNKNOWN, None)
    return Operation(wish, begun["at"], ended["at"], Result(ended["type"]), ended["answer"])
