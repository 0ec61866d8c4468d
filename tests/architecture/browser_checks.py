"""Browser tests of the architecture report, run by `make report-test`.

`make test` needs no browser and skips this file; test_report_page.py checks there that page and script fit together.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from shop.architecture.report.document import build
from tests.architecture.samples.report_page import add_import, break_contract, own_facts
from tests.support.browser import open_page, record_errors
from tests.support.browser_tools import require

FOCUSED = "document.activeElement.getAttribute('aria-label')"
OPEN = "[...document.querySelectorAll('.panel:popover-open')].map(panel => panel.id).join()"


@pytest.fixture(scope="module")
def empty_page() -> Iterator[Page]:
    with open_page(require()) as page:
        yield page


@pytest.fixture
def page(empty_page: Page, tmp_path: Path) -> Iterator[Page]:
    """Open the report with one violation and one change; the test fails on any browser error."""
    facts = own_facts()
    add_import(facts, "shop.services.item", "shop.services.user")
    break_contract(facts, "services", "shop/services/item.py", "A Service imports a Service.")
    (tmp_path / "report.html").write_text(build(facts, own_facts()), encoding="utf-8")
    empty_page.set_viewport_size({"width": 1200, "height": 900})
    with record_errors(empty_page) as errors:
        empty_page.goto((tmp_path / "report.html").as_uri())
        yield empty_page
    assert errors == []


def focus(page: Page, label: str) -> None:
    page.focus(f"button[aria-label^='{label}']")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def background(page: Page) -> Any:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_arrow_keys_move_through_the_matrix(page: Page) -> None:
    focus(page, "Service to Repository")
    press(page, "ArrowUp")
    assert page.evaluate(FOCUSED) == "CombinationManager to Repository: forbidden, kept"
    press(page, "ArrowLeft")
    assert page.evaluate(FOCUSED) == "CombinationManager to Combination: granted, not used"
    press(page, "ArrowDown", "ArrowRight", "Home")
    assert page.evaluate(FOCUSED) == "Service to cli: forbidden, kept"
    press(page, "ArrowLeft")
    assert page.evaluate(FOCUSED) == "Service to cli: forbidden, kept"


def test_the_matrix_is_one_stop_of_the_tab_key(page: Page) -> None:
    focus(page, "Service to Repository")
    press(page, "Tab")
    assert page.evaluate("document.activeElement.id") == "ground"


def test_the_focus_is_visible(page: Page) -> None:
    focus(page, "Service to Repository")
    press(page, "ArrowUp", "ArrowDown")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_enter_opens_a_cell_and_escape_returns_the_focus(page: Page) -> None:
    focus(page, "Service to Repository")
    press(page, "Enter")
    assert page.evaluate(OPEN) == "cell-Service-Repository"
    assert page.evaluate("document.activeElement.id") == "cell-Service-Repository"
    press(page, "Escape")
    assert page.evaluate(OPEN) == ""
    assert page.evaluate(FOCUSED).startswith("Service to Repository")


def test_a_click_on_a_cell_shows_its_lines_and_its_rule(page: Page) -> None:
    page.click("[aria-label^='Service to Repository']")
    shown = page.inner_text("#cell-Service-Repository")
    assert "services/item.py:" in shown
    assert "Repositories answer Services" in shown


def test_a_click_on_a_forbidden_cell_shows_the_permitted_users(page: Page) -> None:
    page.click("[aria-label^='Service to Controller']")
    assert page.evaluate(OPEN) == "users-Controller"
    assert "Nothing imports Controllers" in page.inner_text("#users-Controller")


def test_a_violation_links_to_its_file(page: Page) -> None:
    page.click("[aria-label='Service to Service: forbidden, 1 import']")
    assert "services/item.py:7 imports services.user" in page.inner_text("#cell-Service-Service")
    page.click("#cell-Service-Service a[href='#file-shop/services/item.py']")
    assert page.evaluate(OPEN) == ""
    assert "✕ forbidden" in page.inner_text("[id='file-shop/services/item.py']")


def test_a_panel_links_to_its_contract(page: Page) -> None:
    page.click("[aria-label^='Service to Repository']")
    page.click("#cell-Service-Repository a[href='#contract-repositories']")
    assert page.evaluate("document.getElementById('contract-repositories').checkVisibility()") is True
    assert page.evaluate("document.activeElement.closest('details').id") == "contract-repositories"


def test_a_box_links_to_its_files(page: Page) -> None:
    page.click(".box[data-kind=Model]")
    assert page.evaluate("document.getElementById('kind-Model').open") is True
    page.click("[id='file-shop/models/item.py'] summary")
    assert "Item" in page.inner_text("[id='file-shop/models/item.py'] b")


def test_a_box_without_files_opens_its_permitted_users(page: Page) -> None:
    page.click(".box.empty")
    assert page.evaluate(OPEN).startswith("users-")


def test_a_focused_box_highlights_its_lines(page: Page) -> None:
    page.evaluate("document.querySelector('.box[data-kind=Model]').focus()")
    lit = page.evaluate("[...document.querySelectorAll('.lit')].map(line => line.dataset.from + line.dataset.to)")
    assert "RepositoryModel" in lit
    assert all("Model" in pair for pair in lit)


def test_a_line_opens_its_cell(page: Page) -> None:
    page.evaluate("document.querySelector('[data-opens=cell-Repository-Model]').dispatchEvent(new Event('click'))")
    assert page.evaluate(OPEN) == "cell-Repository-Model"


def test_the_lines_to_the_independents_can_be_hidden(page: Page) -> None:
    shown = "getComputedStyle(document.querySelector('.line.ground')).display"
    assert page.evaluate(shown) != "none"
    page.click("#ground")
    assert page.evaluate(shown) == "none"


def test_the_theme_follows_the_system_until_one_is_chosen(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert dark != light
    page.click("#theme")
    assert background(page) == light
    page.reload()
    assert background(page) == light
    page.click("#theme")
    assert background(page) == dark
    page.evaluate("localStorage.clear()")


def test_an_address_with_a_hash_opens_its_section(page: Page) -> None:
    page.goto(page.evaluate("location.href.split('#')[0]") + "?again#module-item")
    assert page.evaluate("document.getElementById('module-item').checkVisibility()") is True


def test_a_narrow_screen_scrolls_vertically_only(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_print_shows_folded_text_and_no_controls(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('nav').checkVisibility()") is False
    reason = "document.querySelector('#contract-models p').checkVisibility({contentVisibilityAuto: true})"
    assert page.evaluate(reason) is True
    page.emulate_media(media="null")


def test_changes_are_shown(page: Page) -> None:
    assert "+ services.item → services.user" in page.inner_text("#changes")


def test_the_policy_of_the_page_refuses_unknown_styles_and_scripts(empty_page: Page, tmp_path: Path) -> None:
    changed = build(own_facts()).replace("</head>", "<style>p { color: red }</style><script>1</script></head>")
    (tmp_path / "changed.html").write_text(changed, encoding="utf-8")
    with record_errors(empty_page) as errors:
        empty_page.goto((tmp_path / "changed.html").as_uri())
    assert len(errors) == 2
