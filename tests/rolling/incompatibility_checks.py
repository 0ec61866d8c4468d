"""Negative controls of the rollout: `make rolling` runs them, `make test` does not.

Both releases are this checkout, one of them with a planted change.
"""

import re
from pathlib import Path

import pytest

from tests.rolling.conftest import StartRollout
from tests.rolling.harness.campaign import SHORT_FORM, run
from tests.rolling.harness.incompatibilities import COMPATIBLE, INCOMPATIBILITIES
from tests.rolling.harness.releases import OLD, Patch, checkout, copy_checkout


def name_of(patch: Patch) -> str:
    return patch.__name__


@pytest.mark.parametrize("patch", INCOMPATIBILITIES, ids=name_of)
def test_an_incompatible_release_is_noticed(patch: Patch, start_rollout: StartRollout, tmp_path: Path) -> None:
    rollout = start_rollout(checkout(OLD), copy_checkout(tmp_path / "patched", patch))
    outcome = run(rollout, tmp_path, SHORT_FORM)
    assert re.search(INCOMPATIBILITIES[patch], "\n".join(outcome.problems)), outcome.text


@pytest.mark.parametrize("patch", COMPATIBLE, ids=name_of)
def test_a_compatible_release_is_accepted(patch: Patch, start_rollout: StartRollout, tmp_path: Path) -> None:
    outcome = run(start_rollout(checkout(OLD), copy_checkout(tmp_path / "patched", patch)), tmp_path, SHORT_FORM)
    assert not outcome.problems, outcome.text
