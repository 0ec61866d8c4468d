"""Selection of the tests without a server, and of the tests of one module."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import selection
from tests.support.servers.valkey import Valkey


def make_item(folder: Path, nodeid: str, text: str = "", *, fixtures: tuple[str, ...] = ()) -> Any:
    """Make a stand-in for a collected test; its marks are in `marks`."""
    path = folder / nodeid.partition("::")[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    marks: list[str] = []
    return SimpleNamespace(nodeid=nodeid, path=path, fixturenames=fixtures, marks=marks, add_marker=marks.append)


@pytest.mark.parametrize(
    ("nodeid", "text", "is_chosen"),
    [
        ("http/test_coupons.py::test_a_list", "", True),
        ("wiring/test_rules.py::test_a_unit[shop.services.coupon]", "", True),
        ("http/test_x.py::test_a_coupon_is_free", "", True),
        ("http/test_x.py::test_a_list", "from shop.services.coupon import CouponService\n", True),
        ("http/test_x.py::test_a_list", "from shop.services.couponing import Couponing\n", False),
        ("http/test_x.py::test_couponless_buyers", "", False),
        ("chaos/test_coupons.py::test_a_kill", "", False),
    ],
)
def test_a_module_has_the_tests_that_name_or_import_it(
    tmp_path: Path, nodeid: str, text: str, *, is_chosen: bool
) -> None:
    item = make_item(tmp_path, nodeid, text)

    assert selection.select_module([item], "coupon") == (([item], []) if is_chosen else ([], [item]))


@pytest.mark.parametrize(("fixtures", "marks"), [(("tmp_path", "redis_url"), ["server"]), (("tmp_path",), [])])
def test_a_test_with_a_fixture_of_a_server_is_marked(
    tmp_path: Path, fixtures: tuple[str, ...], marks: list[str]
) -> None:
    item = make_item(tmp_path, "http/test_x.py::test_a_list", fixtures=fixtures)
    selection.mark_server_tests([item])

    assert item.marks == marks


def test_a_server_without_the_mark_fails_in_a_run_without_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(selection.FORBIDDEN, "1")

    with pytest.raises(pytest.UsageError, match=r"mark it with `pytest\.mark\.server`"):
        Valkey.create()
