"""A reader's way through the report, in a real browser: `make report-test`.

It stands outside `make test`, which needs no browser: there, test_report_page.py holds page and script together.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shop.architecture.report.document import build
from tests.architecture.report_page import add_import, break_contract, own_facts
from tests.support.browser import Browser, browser
from tests.support.browser_tools import require

FOCUSED = "document.activeElement.getAttribute('aria-label')"
OPEN = "[...document.querySelectorAll('.panel:popover-open')].map(panel => panel.id).join()"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(require(), tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def page(reader: Browser, tmp_path: Path) -> Iterator[Browser]:
    """The report with one violation and one change, freshly opened; no test may leave a complaint of the browser."""
    now = own_facts()
    add_import(now, "shop.services.item", "shop.services.user")
    break_contract(now, "services", "shop/services/item.py", "They meet.")
    (tmp_path / "report.html").write_text(build(now, own_facts()), encoding="utf-8")
    reader.complaints.clear()
    size(reader, 1200, 900)
    reader.visit((tmp_path / "report.html").as_uri())
    yield reader
    assert reader.complaints == []


def size(page: Browser, width: int, height: int) -> None:
    page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)


def list_visible(page: Browser, **features: str) -> None:
    told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    page.call("Emulation.setEmulatedMedia", features=told)


def focus(page: Browser, words: str) -> None:
    page.evaluate(f"document.querySelector('button[aria-label^={json.dumps(words)}]').focus()")


def text(page: Browser, selector: str) -> str:
    return str(page.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))


def background(page: Browser) -> Any:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_arrow_keys_move_through_the_matrix(page: Browser) -> None:
    focus(page, "Service to Repository")
    page.press("ArrowUp")
    assert page.evaluate(FOCUSED) == "CombinationManager to Repository: forbidden, kept"
    page.press("ArrowLeft")
    assert page.evaluate(FOCUSED) == "CombinationManager to Combination: granted, not used"
    page.press("ArrowDown", "ArrowRight", "Home")
    assert page.evaluate(FOCUSED) == "Service to cli: forbidden, kept"
    page.press("ArrowLeft")
    assert page.evaluate(FOCUSED) == "Service to cli: forbidden, kept"


def test_the_matrix_is_one_stop_of_the_tab_key(page: Browser) -> None:
    focus(page, "Service to Repository")
    page.press("Tab")
    assert page.evaluate("document.activeElement.id") == "ground"


def test_the_focus_can_be_seen(page: Browser) -> None:
    focus(page, "Service to Repository")
    page.press("ArrowUp", "ArrowDown")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_enter_opens_a_cell_and_escape_gives_the_focus_back(page: Browser) -> None:
    focus(page, "Service to Repository")
    page.press("Enter")
    assert page.evaluate(OPEN) == "cell-Service-Repository"
    assert page.evaluate("document.activeElement.id") == "cell-Service-Repository"
    page.press("Escape")
    assert page.evaluate(OPEN) == ""
    assert page.evaluate(FOCUSED).startswith("Service to Repository")


def test_a_click_on_a_cell_shows_its_lines_and_its_rule(page: Browser) -> None:
    page.click("[aria-label^='Service to Repository']")
    shown = text(page, "#cell-Service-Repository")
    assert "services/item.py:" in shown
    assert "Repositories answer Services" in shown


def test_a_click_on_a_forbidden_cell_shows_who_may(page: Browser) -> None:
    page.click("[aria-label^='Service to Controller']")
    assert page.evaluate(OPEN) == "door-Controller"
    assert "Nothing imports Controllers" in text(page, "#door-Controller")


def test_a_violation_leads_to_its_line(page: Browser) -> None:
    page.click("[aria-label='Service to Service: forbidden, 1 import']")
    assert "services/item.py:7 imports services.user" in text(page, "#cell-Service-Service")
    page.click("#cell-Service-Service a[href='#file-shop/services/item.py']")
    assert page.evaluate(OPEN) == ""
    assert "✕ forbidden" in text(page, "[id='file-shop/services/item.py']")


def test_a_panel_leads_to_its_contract(page: Browser) -> None:
    page.click("[aria-label^='Service to Repository']")
    page.click("#cell-Service-Repository a[href='#contract-repositories']")
    assert page.evaluate("document.getElementById('contract-repositories').checkVisibility()") is True
    assert page.evaluate("document.activeElement.closest('details').id") == "contract-repositories"


def test_a_box_leads_down_to_its_files(page: Browser) -> None:
    page.click(".box[data-kind=Model]")
    assert page.evaluate("document.getElementById('kind-Model').open") is True
    page.click("[id='file-shop/models/item.py'] summary")
    assert "Item" in text(page, "[id='file-shop/models/item.py'] b")


def test_a_box_without_files_says_who_might_use_it(page: Browser) -> None:
    page.click(".box.empty")
    assert page.evaluate(OPEN).startswith("door-")


def test_a_box_that_is_pointed_at_lights_its_own_lines(page: Browser) -> None:
    page.evaluate("document.querySelector('.box[data-kind=Model]').focus()")
    lit = page.evaluate("[...document.querySelectorAll('.lit')].map(line => line.dataset.from + line.dataset.to)")
    assert "RepositoryModel" in lit
    assert all("Model" in pair for pair in lit)


def test_a_line_opens_its_cell(page: Browser) -> None:
    page.evaluate("document.querySelector('[data-opens=cell-Repository-Model]').dispatchEvent(new Event('click'))")
    assert page.evaluate(OPEN) == "cell-Repository-Model"


def test_the_lines_to_the_ground_can_be_left_out(page: Browser) -> None:
    shown = "getComputedStyle(document.querySelector('.line.ground')).display"
    assert page.evaluate(shown) != "none"
    page.click("#ground")
    assert page.evaluate(shown) == "none"


def test_the_theme_follows_the_system_until_somebody_chooses(page: Browser) -> None:
    list_visible(page, prefers_color_scheme="light")
    light = background(page)
    list_visible(page, prefers_color_scheme="dark")
    dark = background(page)
    assert dark != light
    page.click("#theme")
    assert background(page) == light
    page.evaluate("location.reload()")
    page.visit(page.evaluate("location.href"))
    assert background(page) == light
    page.click("#theme")
    assert background(page) == dark
    page.evaluate("localStorage.clear()")


def test_an_address_with_a_hash_opens_what_it_names(page: Browser) -> None:
    page.visit(page.evaluate("location.href.split('#')[0]") + "?again#module-item")
    assert page.evaluate("document.getElementById('module-item').checkVisibility()") is True


def test_a_phone_scrolls_in_one_direction_only(page: Browser) -> None:
    size(page, 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_paper_shows_what_is_folded_and_no_controls(page: Browser) -> None:
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.evaluate("document.querySelector('nav').checkVisibility()") is False
    reason = "document.querySelector('#contract-models p').checkVisibility({contentVisibilityAuto: true})"
    assert page.evaluate(reason) is True
    page.call("Emulation.setEmulatedMedia", media="")


def test_what_changed_is_shown(page: Browser) -> None:
    assert "+ services.item → services.user" in text(page, "#changes")


def test_a_style_that_the_policy_does_not_know_is_refused_and_complained_about(reader: Browser, tmp_path: Path) -> None:
    foreign = build(own_facts()).replace("</head>", "<style>p { color: red }</style><script>1</script></head>")
    (tmp_path / "foreign.html").write_text(foreign, encoding="utf-8")
    reader.complaints.clear()
    reader.visit((tmp_path / "foreign.html").as_uri())
    assert len(reader.complaints) == 2
    reader.complaints.clear()
