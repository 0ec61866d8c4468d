"""What the audit costs when the shop has grown: 100 more modules, made from `item`, in a copy of the checkout.

python -m benchmarks.bench_architecture_check [NUMBER]
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

CHECKOUT = Path(__file__).parents[1]
ASKED = {
    "lint-imports": ["lint-imports", "--config", "importlinter.ini", "--no-cache"],
    "flask shop arch check": ["flask", "shop", "arch", "check"],
}


def main() -> int:
    """Time both commands on the project as it is and on the grown copy."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        grown = Path(folder) / "shop"
        for name in ("shop", "docs", "importlinter.ini", "setup.cfg"):
            _copy(CHECKOUT / name, grown / name)
        before = _fingerprint(grown)
        files = sum(_add(grown, index) for index in range(1, number + 1))
        print(f"{number} modules, {files} files added; importlinter.ini unchanged: {_fingerprint(grown) == before}")
        return max(_compare(name, command, grown) for name, command in ASKED.items())


def _compare(name: str, command: list[str], grown: Path) -> int:
    today, _ = _run(command, CHECKOUT)
    seconds, status = _run(command, grown)
    print(f"{name:<24}{today:6.1f} s today {seconds:8.1f} s grown, exit code {status}")
    return status


def _run(command: list[str], folder: Path) -> tuple[float, int]:
    program = Path(sys.executable).parent / command[0]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    began = time.perf_counter()
    done = subprocess.run(
        [str(program), *command[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:])
    return time.perf_counter() - began, done.returncode


def _add(grown: Path, index: int) -> int:
    noun = f"thing{index:03}"
    sources = sorted((grown / "shop").glob("*/item.py"))
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


def _fingerprint(folder: Path) -> str:
    return hashlib.sha256((folder / "importlinter.ini").read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
