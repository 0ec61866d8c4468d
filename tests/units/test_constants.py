"""Lists of choices in requests, responses and settings, with translated labels."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from shop.constants.language import Language
from shop.constants.order import Strategy
from shop.container import find_modules
from shop.core.i18n.languages import LANGUAGES, TRANSLATED_LANGUAGES, load_catalogue
from shop.core.query.checker import ListChecker
from shop.core.settings.settings import _STRATEGIES
from shop.core.validation.choices import Choice, Choices, enum_name
from shop.schemas.constant import OPTIONS_MAX

LISTS = Choices().add_enums(find_modules("constants")).lists
# Values of the protocol that need no labels: the token type, parameters of list queries, and the name of a permission,
# whose list is that of its codes.
PROTOCOL = {"token_type", "searchJoin", "pagination", "PermissionSchema.name"}


def schemas() -> list[type[Schema]]:
    modules = [*find_modules("checkers"), *find_modules("schemas")]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return sorted(
        {kind for kind in kinds if issubclass(kind, Schema) and kind is not Schema}, key=lambda kind: kind.__name__
    )


def find_choices(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Yield the fields, including nested ones, with a closed set of values."""
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from find_choices(inner.schema)
        elif any(isinstance(rule, OneOf) for rule in inner.validators):
            yield f"{type(schema).__name__}.{name}", inner


def is_of_protocol(where: str) -> bool:
    return bool({where, where.rpartition(".")[2]} & PROTOCOL)


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.__name__)
def test_every_choice_field_has_a_list(schema: type[Schema]) -> None:
    choices = [(where, field) for where, field in find_choices(schema()) if not is_of_protocol(where)]
    assert [where for where, field in choices if not isinstance(field, Choice)] == []
    assert [where for where, field in choices if enum_name(field.enum_type) not in LISTS] == []


def test_choice_fields_of_every_known_list_are_found() -> None:
    kinds = {
        enum_name(field.enum_type)
        for kind in schemas()
        for _, field in find_choices(kind())
        if isinstance(field, Choice)
    }
    assert kinds == {
        "item_status",
        "order_status",
        "stock_reason",
        "user_role",
        "cause",
        "permission",
        "permission_kind",
    }


def test_every_choice_of_a_search_has_a_list() -> None:
    specs = [kind.spec for kind in schemas() if issubclass(kind, ListChecker)]
    choices = {field.choices for spec in specs for field in spec.searchable.values() if field.choices}
    assert len(choices) >= 3
    assert choices <= {tuple(options) for options in LISTS.values()}


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_label_is_translated(language: str) -> None:
    labels = {label for options in LISTS.values() for label in options.values()}
    assert sorted(labels - load_catalogue(language).keys()) == []


def test_labels_of_a_list_are_distinct_in_every_language() -> None:
    for language in LANGUAGES:
        for name, options in LISTS.items():
            labels = [load_catalogue(language).get(label, label) for label in options.values()]
            assert len(set(labels)) == len(labels), (language, name)


def test_a_response_has_room_for_the_longest_list() -> None:
    assert max(map(len, LISTS.values())) <= OPTIONS_MAX


def test_languages_match_the_catalogues() -> None:
    assert tuple(Language) == LANGUAGES


def test_the_settings_accept_every_purchase_strategy() -> None:
    assert set(_STRATEGIES) == {strategy.value for strategy in Strategy}
