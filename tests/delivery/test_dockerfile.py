import http.server
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.delivery.delivery_files import ROOT, copied, final, health_command, ignored, stages

KEPT_OUT = [
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


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_image_runs_as_a_numeric_user_who_is_not_root() -> None:
    assert [re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None for user in final("USER")] == [True]


def test_the_user_is_set_after_the_last_step_that_needs_root() -> None:
    words = [word for word, _ in stages()[-1]]
    assert words.index("USER") > max(i for i, word in enumerate(words) if word in {"COPY", "RUN", "WORKDIR"})


def test_the_final_stage_runs_nothing_and_takes_only_the_environment() -> None:
    assert len(stages()) == 2
    assert final("RUN") == []
    assert final("COPY") == ["--from=build /opt/venv /opt/venv"]


def test_both_stages_stand_on_one_pinned_python() -> None:
    assert {stage[0][1].split()[0] for stage in stages()} == {"python:${PYTHON}"}
    assert re.search(r"^ARG PYTHON=3\.\d+-slim-\w+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_the_server_is_the_process_that_gets_the_signal() -> None:
    assert [json.loads(words) for words in final("ENTRYPOINT") + final("CMD")] == [["flask", "shop"], ["web"]]
    assert final("STOPSIGNAL") == ["SIGTERM"]


def test_what_the_build_copies_is_there_and_not_ignored() -> None:
    assert copied()
    assert [path for path in copied() if not (ROOT / path).exists() or ignored(path)] == []


@pytest.mark.parametrize(
    "path", ["shop/py.typed", "shop/cache_managers/stock/lua/reserve.lua", "shop/core/static/docs.css"]
)
def test_the_files_of_the_package_reach_the_build(path: str) -> None:
    assert not ignored(path)


@pytest.mark.parametrize("path", KEPT_OUT)
def test_secrets_leftovers_and_tests_do_not(path: str) -> None:
    assert ignored(path)


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_believes_the_status(status: int, healthy: bool) -> None:
    asked: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _, *rest = [word.replace(":8000", f":{server.server_port}") for word in health_command()]
        done = subprocess.run([sys.executable, *rest], capture_output=True, check=False, timeout=10)
        server.shutdown()
    assert (done.returncode == 0, asked) == (healthy, ["/livez"])
