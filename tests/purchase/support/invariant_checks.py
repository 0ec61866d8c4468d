"""What the checker says, and how a protection is taken out of the code that it judges."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event

from shop.cache_managers import stock
from shop.core.rate_limiting.limiter import COUNT_LUA
from shop.core.redis.script import Script
from shop.jobs.invariant import VerifyInvariantsJob
from tests.purchase.support.in_process_shop import InProcessShop

LUA = Path(stock.__file__).parent / "lua"


def find_violated(shop: InProcessShop, promised: Collection[UUID] = ()) -> set[int]:
    """The numbers of the invariants that do not hold at this moment."""
    return {verdict.number for verdict in shop.container.get(VerifyInvariantsJob).check(promised) if verdict.problems}


def alter_script(name: str, changes: Mapping[str, str], folder: Path) -> Script:
    """A script of ours with some of its text replaced; each text must stand in it once."""
    text = (LUA / name).read_text()
    for old, new in changes.items():
        assert text.count(old) == 1, f"{name} does not say {old!r}"
        text = text.replace(old, new)
    (folder / name).write_text(text)
    return Script(folder / name, COUNT_LUA)


def drop_stock_constraint(shop: InProcessShop) -> None:
    """Let the table of items take any stock."""
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE items DROP CONSTRAINT ck_items_stock, MODIFY stock INTEGER NOT NULL")


@contextmanager
def strip_condition(shop: InProcessShop, pattern: str) -> Iterator[None]:
    """Take a condition out of every statement that is sent meanwhile; there must be one."""
    cut: list[str] = []

    def alter(*sent: Any) -> tuple[str, Any]:
        _, _, statement, parameters, *_ = sent
        without, found = re.subn(pattern, "", statement)
        cut.extend([without] * found)
        return without, parameters

    event.listen(shop.database.engine, "before_cursor_execute", alter, retval=True)
    try:
        yield
    finally:
        event.remove(shop.database.engine, "before_cursor_execute", alter)
    assert cut, f"no statement says {pattern}"
