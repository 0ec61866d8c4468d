"""Existence of the `flask shop` commands that the delivery files use."""

import re

from shop.cli import shop
from tests.delivery.delivery_files import ROOT, final_instructions, is_built_here, services


def test_every_command_of_the_stack_exists() -> None:
    commands = {service["command"][0] for service in services().values() if is_built_here(service)}
    assert commands <= set(shop.commands)


def test_every_command_in_the_files_exists() -> None:
    checks = [" ".join(service.get("healthcheck", {}).get("test", [])) for service in services().values()]
    texts = [(ROOT / name).read_text() for name in (".gitlab-ci.yml", "docs/operate/containers.md")]
    used = set(re.findall(r"\bflask shop (\w+)", "\n".join(checks + texts)))
    assert used
    assert used <= set(shop.commands)


def test_the_image_starts_a_command_that_exists() -> None:
    assert set(re.findall(r"\w+", final_instructions("CMD")[0])) <= set(shop.commands)
