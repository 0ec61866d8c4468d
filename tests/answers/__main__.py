"""Comparison of the answers of a commit with those of this checkout: `make compare-answers BASE=main`.

Exits with 1 when an answer differs.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import click

from tests.answers.comparison import compare_records, describe_differences
from tests.rolling.harness.releases import REMOVED_PACKAGES, ROOT, HistoryMissing, Release, checkout, extract_commit

Process = subprocess.Popen[bytes]


@click.command()
@click.option("--base", default="HEAD", show_default=True, help="Commit whose answers are the right ones.")
def main(*, base: str) -> None:
    """Send the same requests to both releases, and show each difference."""
    with tempfile.TemporaryDirectory(prefix="shop-compare-") as text, ExitStack() as stack:
        folder = Path(text)
        try:
            releases = [extract_commit(base, folder), checkout()]
        except HistoryMissing as missing:
            raise click.ClickException(str(missing)) from None
        files = [folder / f"{number}.json" for number in range(len(releases))]
        processes = [stack.enter_context(_start(*pair)) for pair in zip(releases, files, strict=True)]
        stack.callback(_end, processes)
        exit_codes = [process.wait() for process in processes]
        if any(exit_codes):
            raise click.ClickException("A release could not be recorded.")
        records: list[Mapping[str, str]] = [json.loads(file.read_text()) for file in files]
    for line in describe_differences(*records):
        click.echo(line)
    different = len(compare_records(*records))
    click.echo(f"{len(records[1])} answers, {different or 'none'} of them different from {base}")
    sys.exit(bool(different))


def _start(release: Release, file: Path) -> Process:
    # The base has only the package itself: the list of requests is that of the checkout for both.
    paths = [str(release.folder), str(ROOT), str(REMOVED_PACKAGES)]
    # A fixed seed, since some sentences have the order of a set.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "tests.answers.record", str(file), str(release.folder)]
    # A folder without code, since Python looks into the working folder first.
    return subprocess.Popen(command, cwd=REMOVED_PACKAGES, env=environment)


def _end(processes: list[Process]) -> None:
    for process in processes:
        process.terminate()


if __name__ == "__main__":
    main()
