"""A misspelt setting is only warned about at the start, so the files that spell them are read here."""

import dataclasses
import re

import pytest

from shop.core.settings.settings import Settings
from tests.delivery.delivery_files import ROOT

KNOWN = {f"SHOP_{field.name.upper()}" for field in dataclasses.fields(Settings)}
FILES = ["Dockerfile", "docker-compose.yml", ".gitlab-ci.yml", "docs/operate/containers.md"]


@pytest.mark.parametrize("name", FILES)
def test_every_setting_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"\bSHOP_[A-Z_]+\b", (ROOT / name).read_text()))
    # The suite's own, which the service does not read.
    ours = {setting for setting in named if not setting.startswith("SHOP_TEST_")}
    assert {setting for setting in ours if not {setting, setting.removesuffix("_FILE")} & KNOWN} == set()
