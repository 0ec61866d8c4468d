"""Statements: counted for the request that sends them, and logged when they take long, without their values."""

import logging
import re
import sys
from collections.abc import Mapping, Sized
from functools import partial
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from shop.core.logging.entry import CUSTOM_FIELDS
from shop.core.trace import count_sql

_BEGAN = "shop.began"
_BINDINGS_MAX = 50
# Ids tell what was asked for, and tell nobody anything else.
_ID = re.compile(r"(?:(?:.*_)?id|pk)(?:_\d+)*")
_log = logging.getLogger(__name__)


def watch_sql(engine: Engine, threshold_ms: float | None) -> None:
    """Count all statements of an engine; log those that take more than so many milliseconds, none for None."""
    event.listen(engine, "before_cursor_execute", count_sql)
    if threshold_ms is not None:
        event.listen(engine, "before_cursor_execute", _start_timer)
        event.listen(engine, "after_cursor_execute", partial(_log_slow_statement, threshold_ms))


def _start_timer(connection: Any, *_: object) -> None:
    connection.info[_BEGAN] = perf_counter()


def _log_slow_statement(
    threshold_ms: float,
    connection: Any,
    cursor: Any,
    statement: str,
    parameters: Any,
    context: Any,
    _many: bool,  # noqa: FBT001 - SQLAlchemy's signature
) -> None:
    milliseconds = (perf_counter() - connection.info[_BEGAN]) * 1000
    if milliseconds < threshold_ms or not _log.isEnabledFor(logging.INFO):
        return
    sets = getattr(context, "compiled_parameters", None) or parameters
    told = {
        "message": f"SQL took {milliseconds:.2f} ms",
        "statement": " ".join(statement.split()),
        "ms": round(milliseconds, 2),
        "bindings": _summarize_parameters(sets),
        "sets": len(sets) if isinstance(sets, list) else 1,
        "rows": cursor.rowcount,
        "by": _find_sender(),
    }
    _log.info("SQL", extra={CUSTOM_FIELDS: lambda secrecy: {**told, "statement": secrecy.scrub(told["statement"])}})


def _summarize_parameters(sets: Any) -> dict[str, Any]:
    first = sets[0] if isinstance(sets, list) and sets else sets
    named = first if isinstance(first, Mapping) else {str(number): value for number, value in enumerate(first or ())}
    return {name: _summarize_value(name, value) for name, value in list(named.items())[:_BINDINGS_MAX]}


def _summarize_value(name: str, value: Any) -> Any:
    if isinstance(value, int) and _ID.fullmatch(name):
        return value
    kind = type(value).__name__
    return f"{kind}({len(value)})" if isinstance(value, Sized) else kind


def _find_sender() -> str:
    """The function above the core that sent it: its layer, its noun and its name."""
    frame, found = sys._getframe(), ""
    while frame.f_back and not found:
        frame = frame.f_back
        module = frame.f_globals.get("__name__", "")
        if module.startswith("shop.") and not module.startswith("shop.core."):
            found = f"{module}.{frame.f_code.co_name}"
    return found or "shop.core"
