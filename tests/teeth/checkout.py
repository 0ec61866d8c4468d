"""Copies of the checkout, so that the original is never touched."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.teeth.defect import Defect, apply

ROOT = Path(__file__).parents[2]
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "var", "build", "*.egg-info", "__pycache__", ".*_cache", "report.html"
)


@dataclass(frozen=True)
class Checkout:
    """Copy of the checkout in a temporary folder."""

    folder: Path

    def read(self, path: str) -> str:
        """Return the text of a file."""
        return self.folder.joinpath(path).read_text(encoding="utf-8")

    @contextmanager
    def planted(self, defect: Defect) -> Iterator[None]:
        """Plant a defect while the context lasts; raises PatchError."""
        source = self.read(defect.path)
        self._write(defect.path, apply(defect, source))
        try:
            yield
        finally:
            self._write(defect.path, source)

    def _write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.write_text(text, encoding="utf-8")
        # Python recognizes a changed file by its second and its size, which two defects may have in common.
        for compiled in file.parent.glob(f"__pycache__/{file.stem}.*"):
            compiled.unlink()


@contextmanager
def copied_checkout(root: Path = ROOT) -> Iterator[Checkout]:
    """Copy a checkout, without its history, environment and data, while the context lasts."""
    with TemporaryDirectory(prefix="teeth-") as folder:
        shutil.copytree(root, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
        yield Checkout(Path(folder))
