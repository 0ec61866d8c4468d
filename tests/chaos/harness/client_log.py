"""Log of the requests and responses of the clients.

It is independent of the shop.
"""

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
    """Kinds of requests."""

    BUY = "buy"
    CANCEL = "cancel"
    ADJUST = "adjust"
    EDIT = "edit"
    CREATE = "create"
    DELETE = "delete"
    RESTORE = "restore"


class Result(StrEnum):
    """Outcome of a request: done, not done, or unknown."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Request(NamedTuple):
    """One request of a client.

    `order`: the order to cancel; `quantity`: units, the delta of an adjustment, or the stock of a new item; `price`:
    the price that an edit or a creation sets.
    """

    process: str
    op: Op
    item: int
    quantity: int
    user: int
    key: str | None = None
    order: str | None = None
    price: int | None = None


class Operation(NamedTuple):
    """A request and its result.

    `answer`: id of the order or of the new item in the response, or None; `price`: unit price of the order, or None.
    """

    request: Request
    invoked: float
    ended: float
    result: Result
    answer: str | None
    price: int | None = None


class ClientLog:
    """Log file with two lines for each operation.

    `invoke` is written before the request, then `ok`, `fail` or `unknown`.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._file = path, path.open("a", buffering=1)
        self._numbers, self._lock = count(1), threading.Lock()

    def invoke(self, request: Request) -> int:
        """Log the start of an operation and return its number."""
        number = next(self._numbers)
        self._write({"n": number, "type": "invoke", "at": time.time(), **request._asdict()})
        return number

    def end(self, number: int, result: Result, answer: str | None, description: str, price: int | None = None) -> None:
        """Log the result of an operation with a description of the response."""
        says = {"answer": answer, "price": price, "says": description}
        self._write({"n": number, "type": result, "at": time.time(), **says})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")


def read_log(lines: Iterable[str]) -> list[Operation]:
    """Read the operations of a log.

    The result of an unfinished operation is unknown.
    """
    by_number: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        entry = json.loads(line)
        by_number[entry["n"]].append(entry)
    return [_operation(*entries) for entries in by_number.values()]


def _operation(start: dict[str, Any], end: dict[str, Any] | None = None) -> Operation:
    request = Request(**{name: start[name] for name in Request._fields})._replace(op=Op(start["op"]))
    if end is None:
        return Operation(request, start["at"], float("inf"), Result.UNKNOWN, None)
    return Operation(request, start["at"], end["at"], Result(end["type"]), end["answer"], end["price"])
