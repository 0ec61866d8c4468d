"""One run of Schemathesis against a running shop, and what became of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.http.support.shop import Shop

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).parent / "schemathesis.toml"
# Passwords are hashed by the hundred.
CHEAP = {"SHOP_ARGON2_TIME": "1", "SHOP_ARGON2_MEMORY_KIB": "1024", "SHOP_ARGON2_LANES": "1"}
# Each operation as the first who may: an ordinary user, else an administrator. Or all of them as one of the two.
ESCALATING, ORDINARY, ADMINISTRATOR = "", "ada", "admin"
CALLERS = (ESCALATING, ORDINARY, ADMINISTRATOR)
SECONDS_MAX = 1800
# Something to buy.
ITEMS = 5


def searched(folder: Path) -> dict[str, str]:
    """The settings of a shop whose log can be searched."""
    return {"SHOP_LOG_FILE": str(folder / "logs")}


@dataclass(frozen=True)
class Outcome:
    """What Schemathesis reported and printed; `forbidden`: what its caller may never do."""

    forbidden: set[str]
    report: dict[str, Any]
    output: str

    @property
    def cases(self) -> int:
        """How many requests were made up."""
        return int(self.report["test_cases"]["generated"])

    def wrong(self) -> Iterator[str]:
        """Everything that must not be; nothing is left out, and no warning is shrugged off."""
        counts, operations = self.report["test_cases"], self.report["operations"]
        if not self.report["complete"] or counts["errored"] or self.report["errors"]:
            yield "it did not come to its end"
        if counts["with_failures"] or self.report["failures"]:
            yield f"{counts['unique_failures']} kinds of failures"
        if not operations["total"] == operations["selected"] == operations["tested"]:
            yield f"of {operations['total']} operations {operations['tested']} were tested"
        yield from (f"phase {name} {it['status']}" for name, it in self._phases() if it["status"] != "success")
        yield from (f"warning {name}: {it}" for name, it in self.report["warnings"].items() if self._warns(name, it))
        if self.report["auth"]["reauth_broke"]:
            yield "no account can sign in any more"

    def _phases(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from ((name, self.report["phases"][name]) for name in ("examples", "coverage", "fuzzing", "stateful"))

    def _warns(self, name: str, told: Any) -> bool:
        # A caller without the permission is refused each time, which is no warning.
        return bool(set(told) - self.forbidden) if name == "missing_auth" else bool(told)


def run(shop: Shop, *, seed: int, examples: int, caller: str) -> Outcome:
    """Let Schemathesis do its worst; `examples` for each operation and phase."""
    for _ in range(ITEMS):
        shop.offer(stock=100_000)
    report = shop.service.folder / f"fuzz-{seed}-{caller or 'escalating'}.json"
    address = f"http://{shop.service.bind()}/openapi.json"
    arguments = ("--seed", str(seed), "--max-examples", str(examples), "--report-json-path", str(report), "--no-color")
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", address, *arguments],
        env=_environment(shop, caller),
        cwd=shop.service.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    if not report.exists():
        raise RuntimeError(f"Schemathesis did not report: {done.stdout}{done.stderr}")
    with shop.client() as client:
        paths = client.get("/openapi.json").json["paths"]
    return Outcome(gated(paths) if caller == ORDINARY else set(), json.loads(report.read_text()), done.stdout)


def gated(paths: dict[str, Any]) -> set[str]:
    """Operations of an OpenAPI document that need a permission."""
    return {
        f"{verb.upper()} {path}"
        for path, item in paths.items()
        for verb, operation in item.items()
        if verb != "parameters" and "403" in operation["responses"]
    }


def _environment(shop: Shop, caller: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SHOP_", "PYTEST_"))}
    ours = {"SHOP_VAR": str(shop.service.folder / "var"), "PYTHONPATH": str(ROOT), "FLASK_SKIP_DOTENV": "1"}
    return {**inherited, **shop.service.env, **ours, "FUZZ_BIND": shop.service.bind(), "FUZZ_AS": caller}
