"""Validation of the YAML files by schemas of check-jsonschema, without a network."""

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
def test_the_file_matches_its_published_schema(name: str, options: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *options, str(ROOT / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
