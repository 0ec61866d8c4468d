"""Fixtures of rollouts: the previous release, and processes of two releases."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.rolling.harness.releases import HistoryMissing, Release, extract_previous, report_missing
from tests.rolling.harness.rollout import Rollout
from tests.support.servers.databases import create_database, drop_database


@pytest.fixture(scope="session")
def previous_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Code of the previous release, from the history of this clone."""
    try:
        return extract_previous(tmp_path_factory.mktemp("previous"))
    except HistoryMissing as missing:
        report_missing(missing)


class StartRollout(Protocol):
    """Factory of rollouts on empty stores, without processes at first."""

    def __call__(self, old: Release, new: Release, **env: str) -> Rollout: ...


@pytest.fixture
def start_rollout(database_url: str, redis_url: str, worker_id: str, tmp_path: Path) -> Iterator[StartRollout]:
    """Return a factory of one rollout; its database has no tables."""
    name = f"shop_{worker_id}_rolling"
    stores = create_database(database_url, name), redis_url
    with ExitStack() as stack:
        stack.callback(drop_database, database_url, name)

        def start(old: Release, new: Release, **env: str) -> Rollout:
            rollout = Rollout(tmp_path, stores, (old, new), env)
            stack.callback(rollout.close)
            return rollout

        yield start
