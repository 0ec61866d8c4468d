"""The delivery files, read once and as their own tools read them."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]


def yaml(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / name)
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml("docker-compose.yml")["services"]
    return found


def ours(service: dict[str, Any]) -> bool:
    """Whether the service runs the image that is built here."""
    return "build" in service


def jobs() -> dict[str, dict[str, Any]]:
    return {name: job for name, job in yaml(".gitlab-ci.yml").items() if isinstance(job, dict) and "script" in job}


def script(job: dict[str, Any]) -> list[str]:
    return [job["script"]] if isinstance(job["script"], str) else job["script"]


def stages() -> list[list[tuple[str, str]]]:
    """The Dockerfile's stages, each a list of (instruction, the rest)."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line.partition(" ") for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    found: list[list[tuple[str, str]]] = []
    for word, _, rest in lines:
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest.strip()))
    return found


def final(instruction: str) -> list[str]:
    return [rest for word, rest in stages()[-1] if word == instruction]


def copied() -> list[str]:
    """What the build takes from the repository."""
    copies = [shlex.split(rest) for stage in stages() for word, rest in stage if word in {"COPY", "ADD"}]
    return [source for words in copies if not words[0].startswith("--from=") for source in words[:-1]]


def health_command() -> list[str]:
    (rest,) = final("HEALTHCHECK")
    command: list[str] = json.loads(rest[rest.index("CMD") + len("CMD") :])
    return command


def ignored(path: str) -> bool:
    """Whether `.dockerignore` keeps a path out: the last pattern that meets it or a folder above decides."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip().removeprefix("!")
        if pattern and not pattern.startswith("#") and _meets(pattern, path):
            verdict = not line.startswith("!")
    return verdict


def _meets(pattern: str, path: str) -> bool:
    expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.fullmatch(f"{expression}(?:/.*)?", path) is not None
