"""Tests of the commands `flask shop arch`."""

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

from shop.architecture.audit import baseline, command_results
from shop.architecture.audit.linter import CHECKOUT, check_contracts
from shop.architecture.commands import arch_commands
from shop.architecture.finding import Finding
from shop.cli import shop
from shop.container import Container
from shop.services.item import ItemService
from shop.services.order import OrderService
from tests.architecture.samples.units import make_container

pytestmark = pytest.mark.slow


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return make_container(tmp_path)


@pytest.fixture
def bad_container(container: Container) -> Container:
    object.__setattr__(container.get(ItemService), "helper", container.get(OrderService))
    return container


def run(container: Any, *arguments: str) -> Result:
    return CliRunner().invoke(arch_commands(lambda: container), arguments)


def test_arch_is_a_subcommand_of_shop() -> None:
    result = CliRunner().invoke(shop, ["arch", "--help"])
    assert all(name in result.output for name in ("check", "matrix", "why", "module", "prove"))


def test_the_project_passes_the_check(container: Container) -> None:
    result = run(container, "check")
    assert "BROKEN" not in result.output
    assert "  kept    Instances hold what the table grants" in result.output
    assert result.exit_code == 0


def test_a_forbidden_instance_fails_the_check(bad_container: Container) -> None:
    result = run(bad_container, "check")
    assert result.exit_code == 1
    assert "  BROKEN  Service may use Repository, Combination, independents" in result.output
    assert "  BROKEN  Instances hold what the table grants" in result.output
    assert "ItemService.helper holds OrderService" in result.output


@pytest.mark.parametrize("form", ["json", "gitlab", "sarif", "junit", "github"])
def test_every_format_names_the_finding(bad_container: Container, form: str) -> None:
    result = run(bad_container, "check", "--format", form)
    assert result.exit_code == 1
    assert "ItemService.helper holds OrderService" in result.output


def test_a_listed_finding_passes_and_a_fixed_one_fails(bad_container: Container, tmp_path: Path) -> None:
    file = tmp_path / "arch-baseline.json"
    file.write_text(run(bad_container, "check", "--format", "baseline").output)
    assert run(bad_container, "check", "--baseline", str(file)).exit_code == 0
    object.__delattr__(bad_container.get(ItemService), "helper")
    result = run(bad_container, "check", "--baseline", str(file))
    assert result.exit_code == 1
    assert "Fixed, but still listed" in result.output
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
    finding = Finding("shop/services/item.py", 7, "services", "A Service imports a Service.", "Remove the import.")
    contracts = [fact for fact in check_contracts() if fact.id == "services"]
    broken = [type(fact)(**{**vars(fact), "kept": False, "findings": (finding,)}) for fact in contracts]
    monkeypatch.setattr(command_results, "check_contracts", lambda: broken)
    result = run(container, "check")
    assert result.exit_code == 1
    assert "shop/services/item.py:7: A Service imports a Service.\n    Remove the import." in result.output


def test_a_broken_contract_without_a_location_fails_the_check(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = [type(fact)(**{**vars(fact), "kept": False}) for fact in check_contracts() if fact.id == "services"]
    monkeypatch.setattr(command_results, "check_contracts", lambda: contracts)
    assert run(container, "check").exit_code == 1


def test_why_exits_with_1_for_a_forbidden_use() -> None:
    assert run(None, "why", "Service", "Repository").exit_code == 0
    result = run(None, "why", "ItemController", "ItemRepository")
    assert result.exit_code == 1
    holders = "DirectSaleService, InvariantService, ItemService"
    assert f"Services that hold ItemRepository already: {holders}" in result.output


def test_matrix_and_module_print_facts() -> None:
    assert "70 of 256 cells are granted" in run(None, "matrix").output
    result = run(None, "module", "item").output
    assert "/api/v1/items/<id:item_id>" in result
    assert "404301" in result


@pytest.mark.parametrize("arguments", [("why", "Service", "banana"), ("module", "banana")])
def test_an_unknown_name_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    result = run(None, *arguments)
    assert result.exit_code == 2
    assert "banana" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("passes", [True, False])
def test_prove_runs_with_the_wiring_and_the_guards(
    bad_container: Container, monkeypatch: pytest.MonkeyPatch, passes: bool
) -> None:
    def run_mutation_test(
        root: Path, wire: Callable[[], Container], guard: Callable[[Container], list[str]]
    ) -> SimpleNamespace:
        result = [str(root == CHECKOUT), *guard(wire())]
        return SimpleNamespace(passed=passes, format_lines=lambda: iter(result))

    module = ModuleType("shop.architecture.mutations.mutation_test")
    vars(module)["run_mutation_test"] = run_mutation_test
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("shop.architecture.mutations.mutation_test", module, raising=False)
    result = run(bad_container, "prove")
    assert result.exit_code == (not passes)
    assert result.output.startswith("True\n")
    assert "ItemService.helper holds OrderService" in result.output


@pytest.mark.parametrize("library", ["grimp", "importlinter"])
def test_a_missing_linter_is_one_error_message(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == library or n.startswith("shop.architecture.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("shop.architecture.audit")
    monkeypatch.setitem(sys.modules, library, None)
    result = run(None, "matrix")
    assert result.exit_code == 1
    assert result.output == "Error: import-linter is not installed here: pip install 'shop[test]'.\n"


def test_routes_shows_the_access_rule_of_every_route(container: Container) -> None:
    result = run(container, "routes").output
    assert re.search(r"^POST +/api/v1/items +Needs items\.create \(300002\)\.$", result, re.MULTILINE)
    assert "No access rule" not in result
