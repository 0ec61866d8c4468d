"""Search for secrets in the output of all test processes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

# Patterns that must not occur in any log. Masked secrets consist of stars.
SECRET_PATTERNS = {
    "a token": re.compile(r"eyJ[\w-]{10,}\.[\w-]+"),
    "an Authorization": re.compile(r"(?i)\bbearer\s+(?!\*|\$TOKEN)[\w.~+/=-]{6,}"),
    "a hashed password": re.compile(r"\$argon2\w*\$"),
    "a password in an address": re.compile(r"://[^\s/:@]*:(?!\*\*\*)[^\s/@]+@"),
}
# Passwords of test accounts; tests add more. The passwords of the demo accounts are printed on purpose.
KNOWN_SECRETS = {"Correct-horse-1"}


def find_leaks(text: str) -> list[str]:
    """Find secrets in a text; describe each with its context."""
    leaks = [(kind, match.start()) for kind, pattern in SECRET_PATTERNS.items() for match in pattern.finditer(text)]
    leaks += [(f"the planted {secret!r}", text.index(secret)) for secret in KNOWN_SECRETS if secret in text]
    return [f"{kind}: …{text[max(0, start - 80) : start + 60]!r}…" for kind, start in leaks]


class OutputWatcher:
    """Collector of new output of processes; each line is returned once."""

    def __init__(self) -> None:
        self._read: dict[Path, int] = {}
        self._folders: set[Path] = set()
        self._output: list[str] = []

    def watch_file(self, path: Path) -> None:
        """Follow a file."""
        self._read.setdefault(path, 0)

    def watch_folder(self, folder: Path) -> None:
        """Follow all files of a folder."""
        self._folders.add(folder)

    def add_output(self, text: str) -> None:
        """Add output that was not written to a watched file."""
        self._output.append(text)

    def take_new_output(self) -> str:
        """Return the output since the last call."""
        for folder in self._folders:
            for path in folder.glob("*"):
                self.watch_file(path)
        output, self._output = self._output, []
        return "\n".join([*output, *(self._read_new_lines(path) for path in self._read)])

    def _read_new_lines(self, path: Path) -> str:
        if not path.is_file():
            return ""
        start = self._read[path] if path.stat().st_size >= self._read[path] else 0
        with path.open("rb") as file:
            file.seek(start)
            content = file.read()
        # An incomplete line is read at the next call, with its end.
        lines = content[: content.rfind(b"\n") + 1]
        self._read[path] = start + len(lines)
        return lines.decode(errors="replace")


OUTPUT_WATCHER = OutputWatcher()


@pytest.fixture(autouse=True)
def no_secret_is_printed() -> Iterator[None]:
    """Fail a test during which any process printed or logged a secret."""
    yield
    if leaks := find_leaks(OUTPUT_WATCHER.take_new_output()):
        pytest.fail("\n".join(["A process printed a secret.", *leaks[:10]]), pytrace=False)
