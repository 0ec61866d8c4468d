"""Tests of the HTML of the report: links, texts, policy, escaping."""

import hashlib
import re
from base64 import b64encode
from functools import cache

import pytest

from shop.architecture.report.document import STATIC, build
from tests.architecture.samples.report_page import Element, add_import, break_contract, own_facts, read

pytestmark = pytest.mark.slow
POINTERS = ("popovertarget", "aria-labelledby", "data-opens")


@cache
def page() -> Element:
    return read(build(own_facts()))


def ids() -> list[str]:
    return [element.attributes["id"] for element in page().find() if "id" in element.attributes]


def test_every_id_is_used_once() -> None:
    assert len(ids()) == len(set(ids()))


def test_every_link_and_every_button_has_a_target() -> None:
    targets = {element.attributes[name] for element in page().find() for name in POINTERS if name in element.attributes}
    links = {link.attributes["href"] for link in page().find("a")}
    assert {link[0] for link in links} == {"#"}
    assert (targets | {link[1:] for link in links}) - set(ids()) == set()


def test_every_cell_is_a_button_with_a_label() -> None:
    (grid,) = page().find("table", id="grid")
    labels = {button.attributes["aria-label"] for button in grid.find("button")}
    assert len(labels) == len(own_facts()["cells"])
    assert "Service to Controller: forbidden, kept" in labels
    assert any(re.fullmatch(r"Service to Repository: granted, \d+ imports", label) for label in labels)


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


def test_the_tree_shows_kinds_files_classes_and_lines() -> None:
    (kind,) = page().find("details", id="kind-Service")
    (file,) = kind.find("details", id="file-shop/services/item.py")
    assert "ItemService" in file.text
    assert re.search(r"\d+ imports repositories\.item", file.text)


def test_a_module_shows_its_slice() -> None:
    (module,) = page().find("details", id="module-user")
    for label in ("services/user.py", "UserService", "POST /api/v1/auth/login", "users", "UserServiceManager", "EMAIL"):
        assert label in module.text


def test_a_violation_is_shown_in_matrix_drawing_and_contract() -> None:
    facts = own_facts()
    add_import(facts, "shop.services.item", "shop.services.user")
    break_contract(facts, "services", "shop/services/item.py", "A Service imports a Service.")
    broken = read(build(facts))
    (cell,) = broken.find("button", aria_label="Service to Service: forbidden, 1 import")
    (contract,) = broken.find("details", id="contract-services")
    (line,) = broken.find("g", data_opens="cell-Service-Service")
    assert cell.attributes["popovertarget"] == "cell-Service-Service"
    assert cell.text == "✕1"
    assert "open" in contract.attributes
    assert "✕ broken" in contract.text
    assert "services/item.py:7 A Service imports a Service. Go another way." in contract.text
    assert line.text == "Service to Service: forbidden, 1 import✕"
    assert f"1 of {len(facts['contracts'])} contracts broken" in broken.text


def test_facts_are_escaped() -> None:
    facts, markup = own_facts(), '</script><script>alert("1")</script>'
    for fact in (*facts["files"], *facts["classes"]):
        fact["sentence"] = markup
    facts["structures"][0]["duty"] = facts["contracts"][0]["name"] = markup
    html = build(facts)
    assert [element.attributes for element in read(html).find("script")] == [
        {"type": "application/json", "id": "facts"},
        {},
    ]
    assert html.count("<script") == 2


def test_the_page_loads_nothing() -> None:
    used = {name for element in page().find() for name in element.attributes}
    assert [name for name in used if name in ("src", "style", "action", "data") or name.startswith("on")] == []
    assert [link.attributes["href"] for link in page().find("link")] == ["data:,"]
    assert "url(" not in "".join(path.read_text() for path in STATIC.iterdir())


@pytest.mark.parametrize("kind", ["style", "script"])
def test_the_policy_permits_only_this_style_and_script(kind: str) -> None:
    (policy,) = page().find("meta", http_equiv="Content-Security-Policy")
    *_, element = page().find(kind)
    digest = b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
    assert f"{kind}-src 'sha256-{digest}';" in policy.attributes["content"]
    assert policy.attributes["content"].startswith("default-src 'none';")


def test_the_page_has_every_name_of_the_script() -> None:
    script = (STATIC / "report.js").read_text()
    named = set(re.findall(r'getElementById\("([\w-]+)"\)', script))
    data = set(re.findall(r"\.dataset\.(\w+)", script)) - {"theme"}
    classes = set(re.findall(r'all\("\.([\w-]+)', script))
    used_classes = {word for element in page().find() for word in element.attributes.get("class", "").split()}
    assert named == {"grid", "drawing", "theme"}
    assert named <= set(ids())
    assert {f"data-{name}" for name in data} <= {name for element in page().find() for name in element.attributes}
    assert classes == {"line", "box", "panel"}
    assert classes <= used_classes
