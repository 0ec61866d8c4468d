"""The two YAML files against the schemas that check-jsonschema carries, so without a network."""

import subprocess
import sys

import pytest

from tests.delivery.delivery_files import ROOT


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("docker-compose.yml", ["--builtin-schema", "vendor.compose-spec"]),
        (".gitlab-ci.yml", ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
)
def test_the_file_meets_its_published_schema(name: str, options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *options, str(ROOT / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
