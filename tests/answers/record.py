"""Process that records the answers of one release: `python -m tests.answers.record FILE FOLDER`.

The release is the package `shop` in the folder, which its PYTHONPATH names first.
"""

import json
import logging
import sys
import tempfile
from pathlib import Path

import shop
from tests.answers.app_requests import record_apps
from tests.answers.page_requests import record_pages
from tests.answers.recorded_shop import open_shop
from tests.answers.recorder import Recorder
from tests.answers.route_requests import record_routes


def record_release() -> dict[str, str]:
    """Record all requests to the release of this process."""
    recorder = Recorder()
    with tempfile.TemporaryDirectory(prefix="shop-answers-") as folder, open_shop(Path(folder)) as recorded:
        for record_part in (record_pages, record_routes, record_apps):
            record_part(recorded, recorder)
    return recorder.answers


def check_release(folder: str) -> None:
    """End the process when another release than that of the folder is imported."""
    if not Path(shop.__file__).is_relative_to(folder):
        sys.exit(f"{shop.__file__} is recorded instead of the release in {folder}.")


if __name__ == "__main__":
    check_release(sys.argv[2])
    # Failures are provoked on purpose, and their log would hide a crash of the recorder. They are logged into the void
    # instead of not at all, since the access log is a part of each request.
    logging.basicConfig(handlers=[logging.NullHandler()], level=logging.INFO)
    Path(sys.argv[1]).write_text(json.dumps(record_release()))
