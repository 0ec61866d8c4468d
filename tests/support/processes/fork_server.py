"""Fork server: runs `python -m MODULE` in children that share its imports.

Importing the shop takes most of the processor time of a process start. The fork server imports it once for each test
worker; a process that it forks is otherwise like a started one: own session, environment, folder and output.

It reads one JSON request a line from stdin and writes one JSON response a line to stdout, until stdin ends.
"""

import gc
import importlib
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

from tests.support.processes.coverage_hooks import is_measured, trace_server_threads

PRELOADED = ("flask.cli", "shop.cli", "shop.app")
ROOT = Path(__file__).parents[3]


def serve() -> dict[str, Any] | None:
    """Answer requests until stdin ends.

    Returns the request to run in a forked child, and None in the server.
    """
    for line in sys.stdin:
        request = json.loads(line)
        if "module" not in request:
            _send(_wait(request["pid"]))
            continue
        if not (pid := _fork()):
            return dict(request)
        _send({"pid": pid})
    return None


def _fork() -> int:
    """Fork a child that leads its own session, and return as `os.fork` does.

    The server returns after the child has its session: its process group can be killed from then on.
    """
    reader, writer = os.pipe()
    if not (pid := os.fork()):
        os.setsid()
    os.close(writer)
    if pid:
        os.read(reader, 1)  # Ends without data when the child has closed its end.
    os.close(reader)
    return pid


def _send(response: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(response) + "\n")
    sys.stdout.flush()


def _wait(pid: int) -> dict[str, Any]:
    """Return the exit code of a child, None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return {"returncode": os.waitstatus_to_exitcode(status) if ended else None}


def run_child(request: dict[str, Any]) -> None:
    """Run the module of a request as a started process would."""
    _redirect(request["stdout"], request["stderr"])
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.path[:0] = [entry for entry in _python_path() if entry not in sys.path]
    _import_site_customization()
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


def _redirect(stdout: str, stderr: str) -> None:
    """Redirect the standard streams to files, and stdin to nothing."""
    null = os.open(os.devnull, os.O_RDONLY)
    files = [os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) for path in (stdout, stderr)]
    for number, file in enumerate([null, *files]):
        os.dup2(file, number)
        os.close(file)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]  # a TextIOWrapper


def _python_path() -> list[str]:
    return [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def _import_site_customization() -> None:
    """Import the `sitecustomize` of PYTHONPATH, as Python does at its start."""
    if any(Path(entry, "sitecustomize.py").exists() for entry in _python_path()):
        sys.modules.pop("sitecustomize", None)
        importlib.invalidate_caches()
        importlib.import_module("sitecustomize")


def main() -> None:
    """Import the shop, serve, and run the command in each child."""
    for module in PRELOADED:
        importlib.import_module(module)
    if is_measured():
        trace_server_threads()
    gc.freeze()
    if request := serve():
        run_child(request)


if __name__ == "__main__":
    main()
