"""Seeded samples of generated products."""

import os
import subprocess
import sys
from itertools import product

import pytest

from tests.support import samples
from tests.support.samples import sample

CASES = [*product("abc", range(30)), ("d", 0)]


@pytest.fixture(autouse=True)
def sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(samples.ALL_VARIABLE, raising=False)
    monkeypatch.delenv(samples.SEED_VARIABLE, raising=False)


def kind(case: tuple[str, int]) -> str:
    return case[0]


def test_a_sample_has_the_requested_number_of_cases_in_their_order() -> None:
    drawn = sample(CASES, 12)
    assert len(drawn) == 12
    assert drawn == [case for case in CASES if case in drawn]


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_has_a_case(seed: int) -> None:
    drawn = sample(CASES, 6, seed, key=kind)
    assert ({kind(case) for case in drawn}, len(drawn)) == ({"a", "b", "c", "d"}, 6)


def test_more_kinds_than_requested_cases_are_all_drawn() -> None:
    assert [kind(case) for case in sample(CASES, 2, key=kind)] == ["a", "b", "c", "d"]


def test_a_product_smaller_than_its_sample_is_whole() -> None:
    assert sample(CASES, 1000, key=kind) == CASES


def test_the_variable_for_whole_products_returns_all_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(samples.ALL_VARIABLE, "1")
    assert sample(CASES, 2, key=kind) == CASES
    assert "whole products" in samples.describe()


def test_another_seed_draws_other_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    default = sample(CASES, 12, key=kind)
    monkeypatch.setenv(samples.SEED_VARIABLE, "15")
    assert sample(CASES, 12, key=kind) != default
    assert "SHOP_TEST_SEED=15" in samples.describe()


def test_over_many_seeds_every_case_is_drawn() -> None:
    drawn = {case for seed in range(100) for case in sample(CASES, 12, seed, key=kind)}
    assert drawn == set(CASES)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_every_process_draws_the_same_cases(hash_seed: str) -> None:
    script = "from tests.support_tests.test_samples import *; print(sample(CASES, 12, key=kind))"
    env = os.environ | {"PYTHONHASHSEED": hash_seed}
    printed = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == str(sample(CASES, 12, key=kind))


def test_the_header_shows_the_seed(pytestconfig: pytest.Config) -> None:
    lines = pytestconfig.hook.pytest_report_header(config=pytestconfig, start_path=pytestconfig.rootpath)
    assert samples.describe() in lines
