"""Start of a log without a library, and Ctrl-C."""

import sys
from pathlib import Path

import pytest

from shop.core.logging.setup import start_log
from shop.core.settings.loader import SettingsError
from tests.core.logging.test_setup import settings_of


def test_a_log_in_mongodb_needs_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shop.core.logging.mongo", None)
    with pytest.raises(SettingsError, match=r"SHOP_LOG_MONGO_URL needs PyMongo: install shop\[mongo\]\."):
        start_log(settings_of(tmp_path, log_mongo_url="mongodb://db/shop"), "web")


def test_ctrl_c_is_no_crash_of_the_program(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = start_log(settings_of(tmp_path), "cli")
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    log.finish()

    assert capfd.readouterr().err == "KeyboardInterrupt\n"
