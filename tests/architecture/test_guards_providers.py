"""The provider graph: what the container was told to give, before anything is built."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from shop.architecture.guards.runtime_guards import check_providers
from shop.container import Container
from shop.services.item import ItemService
from shop.services.order import OrderService
from tests.architecture.sample_units import make_container


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return make_container(tmp_path)


def provider_of(container: Container, kind: type) -> Any:
    (found,) = (p for p in container.providers.providers.values() if getattr(p, "provides", None) is kind)
    return found


def find_messages(container: Container) -> list[str]:
    return [str(finding) for finding in check_providers(container)]


GIFTS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda given: given,
    "in a list": providers.List,
    "in a list in a dict": lambda given: providers.Dict(them=providers.List(given)),
    "one of its attributes": lambda given: given.provided.items,
    "what its method answers": lambda given: given.provided.get.call(1),
    "an argument of a factory": lambda given: providers.Factory(dict, it=given),
    "an argument of a callable": lambda given: providers.Callable(print, given),
    "one that is chosen": lambda given: providers.Selector(lambda: "it", it=given),
    "a bare object": lambda given: providers.Object(given()),
    "the class": lambda given: providers.Object(given.provides),
    "another factory of the class": lambda given: providers.Factory(given.provides),
}


def test_what_stands_is_clean(container: Container) -> None:
    assert find_messages(container) == []


@pytest.mark.parametrize("gift", GIFTS.values(), ids=GIFTS)
def test_a_sibling_is_found_whatever_way_it_is_given(container: Container, gift: Callable[[Any], Any]) -> None:
    provider_of(container, ItemService).add_kwargs(helper=gift(provider_of(container, OrderService)))
    (sentence,) = find_messages(container)
    assert sentence.startswith("shop/services/item.py:")
    assert "ItemService is given OrderService, but a Service may not use a Service (no sibling access)" in sentence
    assert "Let a CombinationManager" in sentence


def test_a_positional_argument_counts(container: Container) -> None:
    provider_of(container, ItemService).add_args(provider_of(container, OrderService))
    assert len(find_messages(container)) == 1


def test_an_attribute_that_is_set_later_counts(container: Container) -> None:
    provider_of(container, ItemService).add_attributes(helper=provider_of(container, OrderService))
    assert len(find_messages(container)) == 1


def test_a_provider_instead_of_what_it_provides_is_a_service_locator(container: Container) -> None:
    provider_of(container, ItemService).add_kwargs(helper=provider_of(container, OrderService).provider)
    (sentence,) = find_messages(container)
    assert "ItemService (by Delegate) leads to the container" in sentence


def test_the_container_cannot_be_given(container: Container) -> None:
    provider_of(container, ItemService).add_kwargs(helper=providers.Self(container.providers))
    assert "leads to the container" in find_messages(container)[0]


def test_a_stand_in_that_is_a_sibling_counts(container: Container) -> None:
    kind, other = provider_of(container, ItemService), provider_of(container, OrderService)
    with kind.kwargs["items"].override(other):
        assert any("ItemService is given OrderService" in sentence for sentence in find_messages(container))
    assert find_messages(container) == []
