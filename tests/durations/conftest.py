"""Fixtures of duration tests: a shop in this process with a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from shop.core.clock import Clock, to_microseconds
from tests.purchase.conftest import MakeInProcessShop, make_in_process_shop  # noqa: F401 - a fixture
from tests.purchase.support.in_process_shop import InProcessShop


class StoppedClock:
    """Clock that only `advance` moves; it begins at a full second."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self.moment

    def microseconds(self) -> int:
        return to_microseconds(self.moment)

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class TimedShop(NamedTuple):
    """Shop and its clock."""

    shop: InProcessShop
    clock: StoppedClock


@pytest.fixture
def in_process_shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:  # noqa: F811 - the imported fixture
    """Create a shop in this process."""
    return make_in_process_shop()


@pytest.fixture
def timed_shop(make_in_process_shop: MakeInProcessShop) -> Iterator[TimedShop]:  # noqa: F811 - the imported fixture
    """Create a shop with a stopped clock."""
    shop, clock = make_in_process_shop(), StoppedClock()
    with shop.container.override(Clock, clock):
        yield TimedShop(shop, clock)
