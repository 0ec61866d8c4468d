"""One run of Schemathesis against a running shop, and its outcome."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine

from shop.migrations import runner
from tests.http.support.shop import Shop
from tests.support.servers.databases import create_database

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).parent / "schemathesis.toml"
# Escalating: each operation is sent by an ordinary user, or by an administrator where that is needed.
ESCALATING, ORDINARY, ADMINISTRATOR = "", "ada", "admin"
CALLERS = (ESCALATING, ORDINARY, ADMINISTRATOR)
SECONDS_MAX = 1800
BRIEF = """
[[operations]]
include-name = {}
phases.coverage.enabled = false
phases.fuzzing.enabled = false
"""
# Items on sale.
ITEMS = 5


def log_search_settings(folder: Path) -> dict[str, str]:
    """Return the settings of a shop with a searchable log."""
    return {"SHOP_LOG_FILE": str(folder / "logs")}


def create_fuzz_database(server_url: str, name: str) -> str:
    """Create a database whose ids count from 1, which generated requests meet; return its URL."""
    url = create_database(server_url, name)
    runner.upgrade(create_engine(url, poolclass=NullPool))
    return url


@dataclass(frozen=True)
class Outcome:
    """Report and output of Schemathesis.

    `forbidden`: operations that its caller has no permission for. `brief`: operations without the long phases.
    """

    forbidden: set[str]
    report: dict[str, Any]
    output: str
    brief: frozenset[str] = frozenset()

    @property
    def cases(self) -> int:
        """Number of generated requests."""
        return int(self.report["test_cases"]["generated"])

    def failures(self) -> Iterator[str]:
        """Yield all failures; warnings and untested operations count as failures."""
        counts, operations = self.report["test_cases"], self.report["operations"]
        if not self.report["complete"] or counts["errored"] or self.report["errors"]:
            yield "the run did not complete"
        if counts["with_failures"] or self.report["failures"]:
            yield f"{counts['unique_failures']} kinds of failures"
        if not operations["total"] == operations["selected"] == operations["tested"]:
            yield f"of {operations['total']} operations {operations['tested']} were tested"
        yield from (
            f"phase {name} {result['status']}" for name, result in self._phases() if result["status"] != "success"
        )
        yield from (
            f"warning {name}: {result}"
            for name, result in self.report["warnings"].items()
            if self._is_warning(name, result)
        )
        if self.report["auth"]["reauth_broke"]:
            yield "re-authentication failed"

    def _phases(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from ((name, self.report["phases"][name]) for name in ("examples", "coverage", "fuzzing", "stateful"))

    def _is_warning(self, name: str, warning: Any) -> bool:
        # A caller without the permission is refused each time, which is no warning.
        if name == "missing_auth":
            return bool(set(warning) - self.forbidden - self.brief)
        # The few requests of a brief operation may all be refused, and all name unknown rows.
        return bool(set(warning) - self.brief) if name == "missing_test_data" else bool(warning)


def run(shop: Shop, *, seed: int, examples: int, caller: str, brief: Sequence[str] = ()) -> Outcome:
    """Run Schemathesis with this many examples for each operation and phase.

    `brief`: operations without the phases `coverage` and `fuzzing`.
    """
    for _ in range(ITEMS):
        shop.offer(stock=100_000)
    config = shop.service.folder / "schemathesis.toml"
    config.write_text(CONFIG.read_text() + (BRIEF.format(json.dumps(brief)) if brief else ""))
    report = shop.service.folder / f"fuzz-{seed}-{caller or 'escalating'}.json"
    address = f"http://{shop.service.bind()}/openapi.json"
    arguments = ("--seed", str(seed), "--max-examples", str(examples), "--report-json-path", str(report), "--no-color")
    completed = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", address, *arguments],
        env=_environment(shop, caller),
        cwd=shop.service.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    if not report.exists():
        raise RuntimeError(f"Schemathesis did not report: {completed.stdout}{completed.stderr}")
    with shop.client() as client:
        paths = client.get("/openapi.json").json["paths"]
    return Outcome(
        find_gated_operations(paths) if caller == ORDINARY else set(),
        json.loads(report.read_text()),
        completed.stdout,
        frozenset(brief),
    )


def find_gated_operations(paths: dict[str, Any]) -> set[str]:
    """Find the operations of an OpenAPI document that need a permission."""
    return {
        f"{verb.upper()} {path}"
        for path, item in paths.items()
        for verb, operation in item.items()
        if verb != "parameters" and "403" in operation["responses"]
    }


def _environment(shop: Shop, caller: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SHOP_", "PYTEST_"))}
    overrides = {"SHOP_VAR": str(shop.service.folder / "var"), "PYTHONPATH": str(ROOT), "FLASK_SKIP_DOTENV": "1"}
    return {**inherited, **shop.service.env, **overrides, "FUZZ_BIND": shop.service.bind(), "FUZZ_AS": caller}
