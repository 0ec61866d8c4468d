"""Names of settings in the delivery files.

The service only warns about a misspelled setting.
"""

import dataclasses
import re

import pytest

from shop.core.settings.settings import Settings
from tests.delivery.delivery_files import ROOT

KNOWN = {f"SHOP_{field.name.upper()}" for field in dataclasses.fields(Settings)}
FILES = ["Dockerfile", "docker-compose.yml", ".gitlab-ci.yml", "docs/operate/containers.md"]


@pytest.mark.parametrize("name", FILES)
def test_every_setting_of_the_file_exists(name: str) -> None:
    named = set(re.findall(r"\bSHOP_[A-Z_]+\b", (ROOT / name).read_text()))
    # SHOP_TEST_ settings belong to the test suite.
    settings = {setting for setting in named if not setting.startswith("SHOP_TEST_")}
    assert {setting for setting in settings if not {setting, setting.removesuffix("_FILE")} & KNOWN} == set()
