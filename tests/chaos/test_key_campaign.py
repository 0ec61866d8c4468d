"""Short campaign of shared idempotency keys."""

from pathlib import Path

import pytest

from tests.chaos.key_campaign import Campaign, start_two_web_servers

SEED, SECONDS, KEYS_MIN = 5, 12.0, 10

pytestmark = pytest.mark.server


def test_keys_have_one_effect_and_never_get_stuck_while_servers_die(tmp_path: Path) -> None:
    with start_two_web_servers(tmp_path) as shop:
        campaign = Campaign(shop, SEED)
        violations = campaign.run(SECONDS)

    assert violations == []
    assert len(campaign.answers) >= KEYS_MIN
    assert campaign.faults > 2
