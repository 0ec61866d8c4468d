"""Results of the invariant check, and ways to disable protections."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event

from shop.cache_managers import stock
from shop.cache_managers.stock.gate import STATES_LUA
from shop.core.rate_limiting.limiter import COUNT_LUA
from shop.core.redis.script import Script
from shop.jobs.invariant import VerifyInvariantsJob
from tests.purchase.support.in_process_shop import InProcessShop

LUA = Path(stock.__file__).parent / "lua"


def find_violated(shop: InProcessShop, promised: Collection[UUID] = ()) -> set[int]:
    """Return the numbers of the currently violated invariants."""
    return {verdict.number for verdict in shop.container.get(VerifyInvariantsJob).check(promised) if verdict.problems}


def alter_script(name: str, changes: Mapping[str, str], folder: Path) -> Script:
    """Return a changed copy of a script; replaced texts must occur once."""
    text = (LUA / name).read_text()
    for old, new in changes.items():
        assert text.count(old) == 1, f"{name} does not say {old!r}"
        text = text.replace(old, new)
    (folder / name).write_text(text)
    return Script(folder / name, COUNT_LUA, LUA.parents[1] / "lua" / "read.lua", STATES_LUA)


def drop_stock_constraint(shop: InProcessShop) -> None:
    """Drop the stock constraint of the items table."""
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE items DROP CONSTRAINT ck_items_stock, MODIFY stock INTEGER NOT NULL")


@contextmanager
def strip_condition(shop: InProcessShop, pattern: str) -> Iterator[None]:
    """Remove a condition from every statement; assert that there was one."""
    removed: list[str] = []

    def alter(*sent: Any) -> tuple[str, Any]:
        _, _, statement, parameters, *_ = sent
        stripped, count = re.subn(pattern, "", statement)
        removed.extend([stripped] * count)
        return stripped, parameters

    event.listen(shop.database.engine, "before_cursor_execute", alter, retval=True)
    try:
        yield
    finally:
        event.remove(shop.database.engine, "before_cursor_execute", alter)
    assert removed, f"no statement contains {pattern}"
