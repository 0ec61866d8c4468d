"""What `make chaos-keys` does, for some seconds."""

from pathlib import Path

from tests.chaos.key_campaign import Campaign, two_webs

SEED, SECONDS, KEYS_MIN = 5, 12.0, 10


def test_keys_have_one_effect_and_never_get_stuck_while_servers_die(tmp_path: Path) -> None:
    with two_webs(tmp_path) as shop:
        campaign = Campaign(shop, SEED)
        wrong = campaign.run(SECONDS)

    assert wrong == []
    assert len(campaign.answers) >= KEYS_MIN
    assert campaign.faults > 2
