"""Statement counter and slow-query log.

Log entries contain no values of statements, except ids.
"""

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

_STARTED_AT = "shop.started_at"
_BINDINGS_MAX = 50
# Ids are logged: they identify the row and reveal nothing else.
_ID = re.compile(r"(?:(?:.*_)?id|pk)(?:_\d+)*")
_log = logging.getLogger(__name__)


def watch_sql(engine: Engine, threshold_ms: float | None) -> None:
    """Count an engine's statements, and log the slow ones.

    A threshold of None logs none.
    """
    event.listen(engine, "before_cursor_execute", count_sql)
    if threshold_ms is not None:
        event.listen(engine, "before_cursor_execute", _start_timer)
        event.listen(engine, "after_cursor_execute", partial(_log_slow_statement, threshold_ms))


def _start_timer(connection: Any, *_: object) -> None:
    connection.info[_STARTED_AT] = perf_counter()


def _log_slow_statement(
    threshold_ms: float,
    connection: Any,
    cursor: Any,
    statement: str,
    parameters: Any,
    context: Any,
    _many: bool,  # noqa: FBT001 - SQLAlchemy's signature
) -> None:
    milliseconds = (perf_counter() - connection.info[_STARTED_AT]) * 1000
    if milliseconds < threshold_ms or not _log.isEnabledFor(logging.INFO):
        return
    parameter_sets = getattr(context, "compiled_parameters", None) or parameters
    entry = {
        "message": f"SQL took {milliseconds:.2f} ms",
        "statement": " ".join(statement.split()),
        "ms": round(milliseconds, 2),
        "bindings": _summarize_parameters(parameter_sets),
        "sets": len(parameter_sets) if isinstance(parameter_sets, list) else 1,
        "rows": cursor.rowcount,
        "by": _find_sender(),
    }
    _log.info(
        "SQL", extra={CUSTOM_FIELDS: lambda redactor: {**entry, "statement": redactor.redact_text(entry["statement"])}}
    )


def _summarize_parameters(parameter_sets: Any) -> dict[str, Any]:
    first = parameter_sets[0] if isinstance(parameter_sets, list) and parameter_sets else parameter_sets
    named = first if isinstance(first, Mapping) else {str(number): value for number, value in enumerate(first or ())}
    return {name: _summarize_value(name, value) for name, value in list(named.items())[:_BINDINGS_MAX]}


def _summarize_value(name: str, value: Any) -> Any:
    if isinstance(value, int) and _ID.fullmatch(name):
        return value
    kind = type(value).__name__
    return f"{kind}({len(value)})" if isinstance(value, Sized) else kind


def _find_sender() -> str:
    """Return the nearest function above the core on the call stack."""
    frame, sender = sys._getframe(), ""
    while frame.f_back and not sender:
        frame = frame.f_back
        module = frame.f_globals.get("__name__", "")
        if module.startswith("shop.") and not module.startswith("shop.core."):
            sender = f"{module}.{frame.f_code.co_name}"
    return sender or "shop.core"
