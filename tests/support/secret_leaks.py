"""Secrets in what processes print: every output of the run is read, and a test during which one appears fails."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

# What a log must never hold, whoever's it is. Stars are what is left of one.
SECRET_PATTERNS = {
    "a token": re.compile(r"eyJ[\w-]{10,}\.[\w-]+"),
    "an Authorization": re.compile(r"(?i)\bbearer\s+(?!\*|\$TOKEN)[\w.~+/=-]{6,}"),
    "a hashed password": re.compile(r"\$argon2\w*\$"),
    "a password in an address": re.compile(r"://[^\s/:@]*:(?!\*\*\*)[^\s/@]+@"),
}
# Passwords that tests sign up and sign in with; tests plant more. Those of the demo accounts are printed on purpose.
KNOWN_SECRETS = {"Correct-horse-1"}


def find_leaks(text: str) -> list[str]:
    """What kind of secret stands there, and where."""
    found = [(kind, match.start()) for kind, look in SECRET_PATTERNS.items() for match in look.finditer(text)]
    found += [(f"the planted {word!r}", text.index(word)) for word in KNOWN_SECRETS if word in text]
    return [f"{kind}: …{text[max(0, at - 80) : at + 60]!r}…" for kind, at in found]


class OutputWatcher:
    """Hears what processes print, each word once."""

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
        """Take in what somebody printed."""
        self._output.append(text)

    def take_new_output(self) -> str:
        """All that is new."""
        for folder in self._folders:
            for path in folder.glob("*"):
                self.watch_file(path)
        said, self._output = self._output, []
        return "\n".join([*said, *(self._read_new_lines(path) for path in self._read)])

    def _read_new_lines(self, path: Path) -> str:
        if not path.is_file():
            return ""
        begin = self._read[path] if path.stat().st_size >= self._read[path] else 0
        with path.open("rb") as file:
            file.seek(begin)
            new = file.read()
        # A line that is not whole yet is read the next time, with its end.
        whole = new[: new.rfind(b"\n") + 1]
        self._read[path] = begin + len(whole)
        return whole.decode(errors="replace")


OUTPUT_WATCHER = OutputWatcher()


@pytest.fixture(autouse=True)
def no_secret_is_printed() -> Iterator[None]:
    """Fail a test during which any process printed or logged a secret."""
    yield
    if leaks := find_leaks(OUTPUT_WATCHER.take_new_output()):
        pytest.fail("\n".join(["Somebody printed a secret.", *leaks[:10]]), pytrace=False)
