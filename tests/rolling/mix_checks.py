"""Every mix of two releases, by strategy: the long form of the rollout, run by `make rolling`."""

from pathlib import Path

import pytest

from shop.constants.order import Strategy
from tests.rolling.conftest import StartRollout
from tests.rolling.harness.campaign import EVERY_MIX, run
from tests.rolling.harness.releases import NEW, Release, checkout


@pytest.mark.parametrize("strategy", Strategy)
def test_every_mix_keeps_the_guarantees(
    strategy: Strategy, previous_release: Release, start_rollout: StartRollout, tmp_path: Path
) -> None:
    rollout = start_rollout(previous_release, checkout(NEW), SHOP_PURCHASE_STRATEGY=strategy)
    outcome = run(rollout, tmp_path, EVERY_MIX, seconds=3.0)
    assert not outcome.problems, outcome.text
