"""The stack starts the service by `flask shop` subcommands; each must exist."""

import re

from shop.cli import shop
from tests.delivery.delivery_files import ROOT, final, ours, services


def test_every_command_of_the_stack_exists() -> None:
    commands = {service["command"][0] for service in services().values() if ours(service)}
    assert commands <= set(shop.commands)


def test_every_command_that_is_spelt_out_exists() -> None:
    checks = [" ".join(service.get("healthcheck", {}).get("test", [])) for service in services().values()]
    texts = [(ROOT / name).read_text() for name in (".gitlab-ci.yml", "docs/operate/containers.md")]
    spelt = set(re.findall(r"\bflask shop (\w+)", "\n".join(checks + texts)))
    assert spelt
    assert spelt <= set(shop.commands)


def test_the_image_starts_a_command_that_exists() -> None:
    assert set(re.findall(r"\w+", final("CMD")[0])) <= set(shop.commands)
