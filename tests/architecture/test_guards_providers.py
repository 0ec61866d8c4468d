"""Tests of the provider graph check."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from shop.architecture.guards.runtime_guards import check_providers
from shop.container import Container
from shop.services.item import ItemService
from shop.services.order import OrderService
from tests.architecture.samples.units import make_container


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return make_container(tmp_path)


def provider_of(container: Container, kind: type) -> Any:
    (provider,) = (p for p in container.providers.providers.values() if getattr(p, "provides", None) is kind)
    return provider


def find_messages(container: Container) -> list[str]:
    return [str(finding) for finding in check_providers(container)]


ARGUMENTS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda provider: provider,
    "in a list": providers.List,
    "in a list in a dict": lambda provider: providers.Dict(them=providers.List(provider)),
    "one of its attributes": lambda provider: provider.provided.items,
    "the result of its method": lambda provider: provider.provided.get.call(1),
    "an argument of a factory": lambda provider: providers.Factory(dict, it=provider),
    "an argument of a callable": lambda provider: providers.Callable(print, provider),
    "a selected provider": lambda provider: providers.Selector(lambda: "it", it=provider),
    "a bare object": lambda provider: providers.Object(provider()),
    "the class": lambda provider: providers.Object(provider.provides),
    "another factory of the class": lambda provider: providers.Factory(provider.provides),
}


def test_the_project_has_no_finding(container: Container) -> None:
    assert find_messages(container) == []


@pytest.mark.parametrize("make_argument", ARGUMENTS.values(), ids=ARGUMENTS)
def test_a_sibling_is_found_in_any_argument(container: Container, make_argument: Callable[[Any], Any]) -> None:
    provider_of(container, ItemService).add_kwargs(helper=make_argument(provider_of(container, OrderService)))
    (sentence,) = find_messages(container)
    assert sentence.startswith("shop/services/item.py:")
    assert "ItemService is given OrderService, but a Service may not use a Service (no sibling access)" in sentence
    assert "Let a CombinationManager" in sentence


def test_a_positional_argument_is_checked(container: Container) -> None:
    provider_of(container, ItemService).add_args(provider_of(container, OrderService))
    assert len(find_messages(container)) == 1


def test_an_attribute_of_a_provider_is_checked(container: Container) -> None:
    provider_of(container, ItemService).add_attributes(helper=provider_of(container, OrderService))
    assert len(find_messages(container)) == 1


def test_a_provider_as_argument_is_reported(container: Container) -> None:
    provider_of(container, ItemService).add_kwargs(helper=provider_of(container, OrderService).provider)
    (sentence,) = find_messages(container)
    assert "ItemService (by Delegate) leads to the container" in sentence


def test_the_container_as_argument_is_reported(container: Container) -> None:
    provider_of(container, ItemService).add_kwargs(helper=providers.Self(container.providers))
    assert "leads to the container" in find_messages(container)[0]


def test_a_stand_in_is_checked(container: Container) -> None:
    kind, other = provider_of(container, ItemService), provider_of(container, OrderService)
    with kind.kwargs["items"].override(other):
        assert any("ItemService is given OrderService" in sentence for sentence in find_messages(container))
    assert find_messages(container) == []
