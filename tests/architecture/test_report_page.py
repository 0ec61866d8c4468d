"""The page: whole, in words, closed to the outside, and not to be broken by what it shows."""

import hashlib
import re
from base64 import b64encode
from functools import cache

import pytest

from shop.architecture.report.document import STATIC, build
from tests.architecture.report_page import Element, add_import, break_contract, own_facts, read

POINTERS = ("popovertarget", "aria-labelledby", "data-opens")


@cache
def page() -> Element:
    return read(build(own_facts()))


def ids() -> list[str]:
    return [element.attributes["id"] for element in page().find() if "id" in element.attributes]


def test_every_id_is_used_once() -> None:
    assert len(ids()) == len(set(ids()))


def test_every_link_and_every_button_leads_somewhere() -> None:
    targets = {element.attributes[name] for element in page().find() for name in POINTERS if name in element.attributes}
    links = {link.attributes["href"] for link in page().find("a")}
    assert {link[0] for link in links} == {"#"}
    assert (targets | {link[1:] for link in links}) - set(ids()) == set()


def test_every_cell_can_be_opened_and_says_in_words_what_it_is() -> None:
    (grid,) = page().find("table", id="grid")
    said = {button.attributes["aria-label"] for button in grid.find("button")}
    assert len(said) == len(own_facts()["cells"])
    assert "Service to Controller: forbidden, kept" in said
    assert any(re.fullmatch(r"Service to Repository: granted, \d+ imports", words) for words in said)


def test_every_view_has_a_heading_and_one_sentence() -> None:
    views = list(page().find("section"))
    leads = [next(view.find("p", class_="lead")).text for view in views]
    assert [view.attributes["id"] for view in views] == ["matrix", "layers", "files", "contracts", "modules", "sizes"]
    assert all(leads)


def test_the_panel_of_a_cell_shows_lines_classes_and_the_rule() -> None:
    (panel,) = page().find("div", id="cell-Service-Repository")
    assert "services/item.py:" in panel.text
    assert "ItemService services/item.py:" in panel.text
    assert "✓ kept Repositories answer Services." in panel.text
    assert "Every database query runs under a business rule" in panel.text


def test_the_way_down_leads_from_kind_to_file_to_class_to_line() -> None:
    (kind,) = page().find("details", id="kind-Service")
    (file,) = kind.find("details", id="file-shop/services/item.py")
    assert "ItemService" in file.text
    assert re.search(r"\d+ imports repositories\.item", file.text)


def test_a_module_shows_its_slice() -> None:
    (module,) = page().find("details", id="module-user")
    for words in ("services/user.py", "UserService", "POST /api/v1/auth/login", "users", "UserServiceManager", "EMAIL"):
        assert words in module.text


def test_a_violation_is_said_in_words_and_shown_by_its_contract() -> None:
    found = own_facts()
    add_import(found, "shop.services.item", "shop.services.user")
    break_contract(found, "services", "shop/services/item.py", "They meet.")
    broken = read(build(found))
    (cell,) = broken.find("button", aria_label="Service to Service: forbidden, 1 import")
    (contract,) = broken.find("details", id="contract-services")
    (line,) = broken.find("g", data_opens="cell-Service-Service")
    assert cell.attributes["popovertarget"] == "cell-Service-Service"
    assert cell.text == "✕1"
    assert "open" in contract.attributes
    assert "✕ broken" in contract.text
    assert "services/item.py:7 They meet. Go another way." in contract.text
    assert line.text == "Service to Service: forbidden, 1 import✕"
    assert f"1 of {len(found['contracts'])} contracts broken" in broken.text


def test_what_the_facts_say_is_text_and_never_markup() -> None:
    found, evil = own_facts(), '</script><script>alert("1")</script>'
    for fact in (*found["files"], *found["classes"]):
        fact["sentence"] = evil
    found["structures"][0]["duty"] = found["contracts"][0]["name"] = evil
    html = build(found)
    assert [element.attributes for element in read(html).find("script")] == [
        {"type": "application/json", "id": "facts"},
        {},
    ]
    assert html.count("<script") == 2


def test_nothing_comes_from_outside() -> None:
    used = {name for element in page().find() for name in element.attributes}
    assert [name for name in used if name in ("src", "style", "action", "data") or name.startswith("on")] == []
    assert [link.attributes["href"] for link in page().find("link")] == ["data:,"]
    assert "url(" not in "".join(path.read_text() for path in STATIC.iterdir())


@pytest.mark.parametrize("kind", ["style", "script"])
def test_the_policy_admits_this_very_style_and_script_and_nothing_else(kind: str) -> None:
    (policy,) = page().find("meta", http_equiv="Content-Security-Policy")
    *_, element = page().find(kind)
    digest = b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
    assert f"{kind}-src 'sha256-{digest}';" in policy.attributes["content"]
    assert policy.attributes["content"].startswith("default-src 'none';")


def test_the_script_finds_what_it_looks_for() -> None:
    script = (STATIC / "report.js").read_text()
    named = set(re.findall(r'getElementById\("([\w-]+)"\)', script))
    data = set(re.findall(r"\.dataset\.(\w+)", script)) - {"theme"}
    classes = set(re.findall(r'all\("\.([\w-]+)', script))
    worn = {word for element in page().find() for word in element.attributes.get("class", "").split()}
    assert named == {"grid", "drawing", "theme"}
    assert named <= set(ids())
    assert {f"data-{name}" for name in data} <= {name for element in page().find() for name in element.attributes}
    assert classes == {"line", "box", "panel"}
    assert classes <= worn
