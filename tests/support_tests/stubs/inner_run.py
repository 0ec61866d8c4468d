"""Tests for the inner runs of test_run.py.

The name of the file keeps them out of other runs.
"""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.polling import Eventually
from tests.support.servers.valkey import Valkey


@pytest.mark.parametrize("_turn", [1, 2])
def test_report(database_url: str, valkey_server: Valkey, worker_id: str, eventually: Eventually, _turn: int) -> None:
    folder = Path(os.environ["INNER_RUN_FOLDER"])
    with create_engine(database_url).connect() as connection:
        pid_file = Path(str(connection.scalar(text("SELECT @@pid_file"))))
    folders = f"{pid_file.parents[1]} {valkey_server.folder}"
    line = f"{database_url} {pid_file.read_text().strip()} {valkey_server.pid} {folders}"
    # Written under another name and renamed, so that an incomplete line is never read.
    draft = folder / f"{worker_id}.draft"
    draft.write_text(line)
    draft.rename(folder / worker_id)

    # Wait until both test workers have run a test.
    eventually(lambda: len(list(folder.glob("gw?"))) == 2, timeout=300)
    if os.environ.get("INNER_RUN_CRASH"):
        os.kill(os.getppid(), signal.SIGKILL)
