"""Readers of the delivery files: Dockerfile, compose file and pipeline."""

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]


@cache
def read_yaml(name: str) -> dict[str, Any]:
    """Read a YAML file, once for each test process."""
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / name)
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read_yaml("docker-compose.yml")["services"]
    return found


def is_built_here(service: dict[str, Any]) -> bool:
    """Return True for a service that runs the image of this repository."""
    return "build" in service


def pipeline_jobs() -> dict[str, dict[str, Any]]:
    return {name: job for name, job in read_yaml(".gitlab-ci.yml").items() if isinstance(job, dict) and "script" in job}


def script_lines(job: dict[str, Any]) -> list[str]:
    return [job["script"]] if isinstance(job["script"], str) else job["script"]


def stages() -> list[list[tuple[str, str]]]:
    """Return the stages of the Dockerfile as lists of (instruction, arguments)."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line.partition(" ") for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    parsed: list[list[tuple[str, str]]] = []
    for instruction, _, arguments in lines:
        if instruction == "FROM":
            parsed.append([])
        if parsed:
            parsed[-1].append((instruction, arguments.strip()))
    return parsed


def final_instructions(instruction: str) -> list[str]:
    return [arguments for name, arguments in stages()[-1] if name == instruction]


def copied_paths() -> list[str]:
    """Return the paths that the build copies from the repository."""
    copies = [shlex.split(arguments) for stage in stages() for name, arguments in stage if name in {"COPY", "ADD"}]
    return [source for paths in copies if not paths[0].startswith("--from=") for source in paths[:-1]]


def health_command() -> list[str]:
    (arguments,) = final_instructions("HEALTHCHECK")
    command: list[str] = json.loads(arguments[arguments.index("CMD") + len("CMD") :])
    return command


def is_ignored(path: str) -> bool:
    """Return True when `.dockerignore` excludes a path.

    The last pattern that matches the path or one of its parent folders decides.
    """
    excluded = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip().removeprefix("!")
        if pattern and not pattern.startswith("#") and _matches(pattern, path):
            excluded = not line.startswith("!")
    return excluded


def _matches(pattern: str, path: str) -> bool:
    expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.fullmatch(f"{expression}(?:/.*)?", path) is not None
