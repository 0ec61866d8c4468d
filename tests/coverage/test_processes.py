"""Coverage of processes: commands, the web server and its workers, the scheduler, the worker."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from tests.support.servers.databases import migrate_database

ROOT = Path(__file__).parents[2]
COMMAND = "shop/cli.py:wiring"
WEB_SERVER = "shop/core/operations/web_server.py:serve"
SIGTERM_HANDLER = "shop/core/operations/web_server.py:_DrainingServer.signal_handler_interrupt"
FORKED_WEB_WORKER = "shop/app.py:web_app"
REQUEST_IN_A_SERVER_THREAD = "shop/core/operations/health.py:Health.serve.livez"
SCHEDULER = "shop/worker.py:run_scheduler"
KILLED_WORKER = "shop/worker.py:run_worker"


def run_coverage(data: Path, *arguments: str) -> None:
    # Not the measurement that may include this test.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "SHOP_"))}
    command = [sys.executable, "-m", "coverage", *arguments]
    subprocess.run(command, cwd=ROOT, env={**inherited, "COVERAGE_FILE": str(data)}, check=True, timeout=120)


def measure_functions(folder: Path, database_url: str, redis_url: str) -> dict[str, Any]:
    data, report = folder / "data", folder / "report.json"
    run_coverage(data, "run", "-m", "tests.coverage.inner_run", str(folder), database_url, redis_url)
    run_coverage(data, "combine", "--quiet")
    run_coverage(data, "json", "--quiet", "-o", str(report))
    files = json.loads(report.read_text())["files"]
    return {f"{path}:{name}": found for path, file in files.items() for name, found in file["functions"].items()}


def test_processes_are_measured_unless_they_are_killed(tmp_path: Path, clean_database: str, redis_url: str) -> None:
    engine = create_engine(clean_database)
    migrate_database(engine)
    engine.dispose()

    functions = measure_functions(tmp_path, clean_database, redis_url)

    names = [COMMAND, WEB_SERVER, SIGTERM_HANDLER, FORKED_WEB_WORKER, REQUEST_IN_A_SERVER_THREAD, SCHEDULER]
    assert [name for name in names if not functions[name]["summary"]["covered_lines"]] == []
    assert functions[KILLED_WORKER]["summary"]["covered_lines"] == 0
