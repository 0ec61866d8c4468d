"""Generated clients and linters of the OpenAPI document, run against a shop of their own."""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes.ports import free_port

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
WORK = ROOT / "var" / "clients"
DOCUMENT = WORK / "openapi.json"
BIN, PYTHON = WORK / "node_modules" / ".bin", WORK / "venv" / "bin"
START_SECONDS = 60
GENERATOR = str(PYTHON / "openapi-generator-cli")
TYPESCRIPT: dict[str, list[list[str]]] = {
    "openapi_fetch": [[str(BIN / "openapi-typescript"), "openapi.json", "-o", "openapi-fetch/schema.d.ts"]],
    "hey_api": [[str(BIN / "openapi-ts"), "-i", "openapi.json", "-o", "hey-api", "-c", "@hey-api/client-fetch"]],
    "orval_zod": [[str(BIN / "orval"), "--config", "orval.config.cjs"]],
    "typescript_fetch": [
        [GENERATOR, "generate", "-g", "typescript-fetch", "-i", "openapi.json", "-o", "typescript-fetch"]
    ],
}
PYTHON_CLIENTS: dict[str, list[str]] = {
    "openapi_python_client": [
        str(PYTHON / "openapi-python-client"), "generate", "--path", "openapi.json", "--overwrite", "--meta", "none",
        "--output-path", "openapi-python-client/shop_client",
    ],
    "openapi_generator": [
        GENERATOR, "generate", "-g", "python", "-i", "openapi.json", "-o", "openapi-generator",
        "--package-name", "shop_client",
    ],
}  # fmt: skip


def main() -> int:
    """Run the linters or the clients; return the number of failures."""
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("what", choices=["lint", "clients"])
    what = parser.parse_args().what
    install_tools(python=what == "clients")
    with running_shop() as base:
        download(f"{base}/openapi.json", DOCUMENT)
        return lint() if what == "lint" else run_clients(base)


def install_tools(*, python: bool) -> None:
    """Install the pinned tools below var/clients, unless they are there."""
    WORK.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", "spectral.yaml", "orval.config.cjs"):
        shutil.copy(HERE / file, WORK)
    shutil.copytree(HERE / "journeys", WORK / "journeys", dirs_exist_ok=True)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=WORK, check=True)
    if python and not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(WORK / "venv")], check=True)
    if python:
        pip = [str(PYTHON / "pip"), "install", "--quiet", "-r", str(HERE / "requirements.txt")]
        subprocess.run([*pip, "pydantic", "python-dateutil", "urllib3", "httpx", "attrs"], check=True)


@contextmanager
def running_shop() -> Iterator[str]:
    """Run a shop with demo data on a free port; yield its address."""
    base, data = f"http://127.0.0.1:{free_port()}", WORK / "data"
    shutil.rmtree(data, ignore_errors=True)
    settings = {**os.environ, "SHOP_VAR": str(data), "SHOP_BIND": base.removeprefix("http://")}
    command = [f"{sys.prefix}/bin/flask", "shop", "up"]
    with (WORK / "shop.log").open("w") as log:
        shop = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
    try:
        wait_until_ready(f"{base}/readyz")
        yield base
    finally:
        shop.terminate()
        shop.wait(START_SECONDS)


def wait_until_ready(address: str) -> None:
    """Wait until the shop is ready; raise TimeoutError otherwise."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    raise TimeoutError(f"{address} does not answer.")


def download(address: str, file: Path) -> None:
    """Store what an address answers."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        file.write_bytes(answer.read())


def lint() -> int:
    """Lint the document with two linters."""
    spectral = [str(BIN / "spectral"), "lint", "--ruleset", "spectral.yaml", "--fail-severity", "hint", "openapi.json"]
    redocly = [str(BIN / "redocly"), "lint", "--extends", "recommended-strict", "openapi.json"]
    return report({"spectral": lambda: run([*spectral]), "redocly": lambda: run([*redocly])})


def run_clients(base: str) -> int:
    """Generate each client and let it make a purchase."""
    steps: dict[str, Callable[[], bool]] = {}
    for name, commands in TYPESCRIPT.items():
        journey = [str(BIN / "tsx"), f"journeys/{name}.ts"]
        steps[name] = lambda commands=commands, journey=journey: all(
            run(one, BASE=base) for one in [*commands, journey]
        )  # type: ignore[misc]  # bound now
    for name, command in PYTHON_CLIENTS.items():
        journey = [str(PYTHON / "python"), f"journeys/{name}.py"]
        path = str(WORK / name.replace("_", "-"))
        steps[name] = lambda command=command, journey=journey, path=path: (  # type: ignore[misc]  # the same
            run(command) and run(journey, BASE=base, PYTHONPATH=path)
        )
    steps["postman"] = import_collection
    return report(steps)


def import_collection() -> bool:
    """Import the document as Postman does, and send the requests of the catalogue."""
    convert = [str(BIN / "openapi2postmanv2"), "-s", "openapi.json", "-o", "postman.json"]
    public = ["--folder", "List items on sale, newest first.", "--folder", "List all error codes."]
    newman = [str(BIN / "newman"), "run", "postman.json", *public, "--bail"]
    return run([*convert, "-O", "enableOptionalParameters=false"]) and run(newman)


def run(command: list[str], **variables: str) -> bool:
    """Run a command in the working folder; print its output when it fails."""
    done = subprocess.run(
        command, cwd=WORK, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stdout.write(done.stdout[-4000:] + done.stderr[-4000:])
    return done.returncode == 0


def report(steps: dict[str, Callable[[], bool]]) -> int:
    """Run all steps and print a line for each; return the number of failures."""
    failures = 0
    for name, step in steps.items():
        succeeded = step()
        failures += not succeeded
        sys.stdout.write(f"{name}: {'ok' if succeeded else 'FAILED'}\n")
        sys.stdout.flush()
    return failures


if __name__ == "__main__":
    raise SystemExit(main())
