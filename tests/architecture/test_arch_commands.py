"""`flask shop arch ...` from the outside."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from shop.architecture.audit import baseline
from shop.architecture.audit import command_results as answers
from shop.architecture.audit.linter import CHECKOUT, judge
from shop.architecture.commands import arch_commands
from shop.architecture.finding import Finding
from shop.cli import shop
from shop.container import Container
from shop.services.item import ItemService
from shop.services.order import OrderService
from tests.architecture.sample_units import make_container


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return make_container(tmp_path)


@pytest.fixture
def bad_container(container: Container) -> Container:
    object.__setattr__(container.get(ItemService), "helper", container.get(OrderService))
    return container


def run(container: Any, *words: str) -> Result:
    return CliRunner().invoke(arch_commands(lambda: container), words)


def test_it_is_a_command_of_the_shop() -> None:
    said = CliRunner().invoke(shop, ["arch", "--help"])
    assert all(word in said.output for word in ("check", "matrix", "why", "module", "prove"))


def test_the_project_keeps_its_rules(container: Container) -> None:
    said = run(container, "check")
    assert "BROKEN" not in said.output
    assert "  kept    Instances hold what the table grants" in said.output
    assert said.exit_code == 0


def test_an_instance_that_holds_too_much_fails_the_check(bad_container: Container) -> None:
    said = run(bad_container, "check")
    assert said.exit_code == 1
    assert "  BROKEN  Service may use Repository, Combination, independents" in said.output
    assert "  BROKEN  Instances hold what the table grants" in said.output
    assert "ItemService.helper holds OrderService" in said.output


@pytest.mark.parametrize("form", ["json", "gitlab", "sarif", "junit", "github"])
def test_every_format_names_the_finding(bad_container: Container, form: str) -> None:
    said = run(bad_container, "check", "--format", form)
    assert said.exit_code == 1
    assert "ItemService.helper holds OrderService" in said.output


def test_a_listed_finding_passes_and_a_mended_one_fails(bad_container: Container, tmp_path: Path) -> None:
    file = tmp_path / "arch-baseline.json"
    file.write_text(run(bad_container, "check", "--format", "baseline").output)
    assert run(bad_container, "check", "--baseline", str(file)).exit_code == 0
    object.__delattr__(bad_container.get(ItemService), "helper")
    said = run(bad_container, "check", "--baseline", str(file))
    assert said.exit_code == 1
    assert "Mended, but still listed" in said.output
    assert run(bad_container, "check", "--baseline", str(file), "--update-baseline").exit_code == 0
    assert json.loads(file.read_text()) == []


def test_an_update_adds_nothing(bad_container: Container, tmp_path: Path) -> None:
    file = tmp_path / "arch-baseline.json"
    assert run(bad_container, "check", "--baseline", str(file), "--update-baseline").exit_code == 1
    assert not file.exists()
    file.write_text(baseline.write(Counter()))
    assert run(bad_container, "check", "--baseline", str(file), "--update-baseline").exit_code == 1
    assert json.loads(file.read_text()) == []


def test_a_broken_contract_fails_the_check(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Finding("shop/services/item.py", 7, "services", "It is wrong.", "Mend it.")
    contracts = [fact for fact in judge() if fact.id == "services"]
    broken = [type(fact)(**{**vars(fact), "kept": False, "findings": (found,)}) for fact in contracts]
    monkeypatch.setattr(answers, "judge", lambda: broken)
    said = run(container, "check")
    assert said.exit_code == 1
    assert "shop/services/item.py:7: It is wrong.\n    Mend it." in said.output


def test_a_broken_contract_that_names_no_place_is_broken_all_the_same(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = [type(fact)(**{**vars(fact), "kept": False}) for fact in judge() if fact.id == "services"]
    monkeypatch.setattr(answers, "judge", lambda: contracts)
    assert run(container, "check").exit_code == 1


def test_why_says_no_with_its_exit_code() -> None:
    assert run(None, "why", "Service", "Repository").exit_code == 0
    said = run(None, "why", "ItemController", "ItemRepository")
    assert said.exit_code == 1
    holders = "InvariantService, DirectSaleService, SaleGateService, ItemService"
    assert f"Services that hold ItemRepository already: {holders}" in said.output


def test_matrix_and_module_answer() -> None:
    assert "68 of 256 cells are granted" in run(None, "matrix").output
    said = run(None, "module", "item").output
    assert "/api/v1/items/<id:item_id>" in said
    assert "404301" in said


@pytest.mark.parametrize("words", [("why", "Service", "banana"), ("module", "banana")])
def test_an_unknown_name_is_a_sentence(words: tuple[str, ...]) -> None:
    said = run(None, *words)
    assert said.exit_code == 2
    assert "banana" in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize("holds", [True, False])
def test_prove_hands_over_the_wiring_and_the_guards(
    bad_container: Container, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    def plant(root: Path, wire: Callable[[], Container], guard: Callable[[Container], list[str]]) -> SimpleNamespace:
        said = [str(root == CHECKOUT), *guard(wire())]
        return SimpleNamespace(passed=holds, format_lines=lambda: iter(said))

    module = ModuleType("shop.architecture.mutations.mutation_test")
    vars(module)["run_mutation_test"] = plant
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("shop.architecture.mutations.mutation_test", module, raising=False)
    said = run(bad_container, "prove")
    assert said.exit_code == (not holds)
    assert said.output.startswith("True\n")
    assert "ItemService.helper holds OrderService" in said.output


@pytest.mark.parametrize("library", ["grimp", "importlinter"])
def test_without_the_linter_there_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == library or n.startswith("shop.architecture.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("shop.architecture.audit.command_results")
    monkeypatch.setitem(sys.modules, library, None)
    said = run(None, "matrix")
    assert said.exit_code == 1
    assert said.output == "Error: import-linter is not installed here: pip install 'shop[test]'.\n"


def test_every_route_says_who_may_call_it(container: Container) -> None:
    said = run(container, "routes").output
    assert re.search(r"^POST +/api/v1/items +Needs items\.create \(300002\)\.$", said, re.MULTILINE)
    assert "Nobody said" not in said
