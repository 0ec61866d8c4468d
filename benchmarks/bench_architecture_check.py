"""Duration of the architecture checks after 100 more modules.

Copies the checkout, and adds modules that are made from `item`.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.load.options import parse_options

CHECKOUT = Path(__file__).parents[1]
COMMANDS = {
    "lint-imports": ["lint-imports", "--config", "importlinter.ini", "--no-cache"],
    "flask shop arch check": ["flask", "shop", "arch", "check"],
}


def main() -> int:
    """Time both commands on this checkout and on the larger copy.

    Returns the larger exit code of both.
    """
    number = parse_options(__doc__, modules=(100, "number of modules to add")).modules
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "shop"
        for name in ("shop", "docs", "importlinter.ini", "setup.cfg"):
            _copy(CHECKOUT / name, copy / name)
        before = _hash_contracts(copy)
        files = sum(_add_module(copy, index) for index in range(1, number + 1))
        unchanged = _hash_contracts(copy) == before
        print(f"{number} modules, {files} files added; importlinter.ini unchanged: {unchanged}")
        return max(_compare(name, command, copy) for name, command in COMMANDS.items())


def _compare(name: str, command: list[str], copy: Path) -> int:
    today, _ = _run(command, CHECKOUT)
    seconds, status = _run(command, copy)
    print(f"{name:<24}{today:6.1f} s today {seconds:8.1f} s with the modules, exit code {status}")
    return status


def _run(command: list[str], folder: Path) -> tuple[float, int]:
    program = Path(sys.executable).parent / command[0]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    started = time.perf_counter()
    done = subprocess.run(
        [str(program), *command[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:])
    return time.perf_counter() - started, done.returncode


def _add_module(copy: Path, index: int) -> int:
    """Add a renamed copy of module `item`, and count its files."""
    noun = f"thing{index:03}"
    sources = sorted((copy / "shop").glob("*/item.py"))
    for source in sources:
        text = re.sub(r"Item(s?)(?=[A-Z]|\b)", f"Thing{index:03}\\1", source.read_text())
        text = re.sub(r"(?<![a-z])item(s?)(?![a-z])", f"{noun}\\1", text)
        text = re.sub(r"\b([45]\d\d)_3(\d\d)\b", lambda code: f"{code[1]}{100 + index}{code[2]}", text)
        (source.parent / f"{noun}.py").write_text(text)
    return len(sources)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _hash_contracts(folder: Path) -> str:
    return hashlib.sha256((folder / "importlinter.ini").read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
