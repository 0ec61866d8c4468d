"""Dockerfile: stages, user, copied files and health check."""

import http.server
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.delivery.delivery_files import ROOT, copied_paths, final_instructions, health_command, is_ignored, stages

EXCLUDED = [
    ".git/config",
    ".env",
    ".venv/bin/python",
    "deploy/secrets/jwt_keys.json",
    "var/shop.sqlite3",
    "tests/conftest.py",
    "shop/core/__pycache__/settings.cpython-313.pyc",
    "shop/stray.pyc",
]
HADOLINT = Path(sys.executable).with_name("hadolint")


def test_hadolint_reports_nothing() -> None:
    result = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_the_image_runs_as_a_numeric_user_without_root_rights() -> None:
    assert [re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None for user in final_instructions("USER")] == [True]


def test_the_user_is_set_after_the_last_step_that_needs_root() -> None:
    instructions = [name for name, _ in stages()[-1]]
    assert instructions.index("USER") > max(
        i for i, name in enumerate(instructions) if name in {"COPY", "RUN", "WORKDIR"}
    )


def test_the_final_stage_only_copies_the_virtual_environment() -> None:
    assert len(stages()) == 2
    assert final_instructions("RUN") == []
    assert final_instructions("COPY") == ["--from=build /opt/venv /opt/venv"]


def test_both_stages_use_the_same_pinned_python() -> None:
    assert {stage[0][1].split()[0] for stage in stages()} == {"python:${PYTHON}"}
    assert re.search(r"^ARG PYTHON=3\.\d+-slim-\w+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_the_server_receives_the_stop_signal() -> None:
    assert [json.loads(arguments) for arguments in final_instructions("ENTRYPOINT") + final_instructions("CMD")] == [
        ["flask", "shop"],
        ["web"],
    ]
    assert final_instructions("STOPSIGNAL") == ["SIGTERM"]


def test_copied_files_exist_and_are_not_ignored() -> None:
    assert copied_paths()
    assert [path for path in copied_paths() if not (ROOT / path).exists() or is_ignored(path)] == []


@pytest.mark.parametrize(
    "path", ["shop/py.typed", "shop/cache_managers/stock/lua/reserve.lua", "shop/core/openapi/static/docs.css"]
)
def test_the_files_of_the_package_are_not_ignored(path: str) -> None:
    assert not is_ignored(path)


@pytest.mark.parametrize("path", EXCLUDED)
def test_secrets_temporary_files_and_tests_are_ignored(path: str) -> None:
    assert is_ignored(path)


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_follows_the_status(status: int, healthy: bool) -> None:
    paths: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _, *arguments = [part.replace(":8000", f":{server.server_port}") for part in health_command()]
        result = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, timeout=10)
        server.shutdown()
    assert (result.returncode == 0, paths) == (healthy, ["/livez"])
