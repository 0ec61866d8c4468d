"""Whatever one chooses from on the wire is a list to select from, with a label in every language."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from shop.constants.language import Language
from shop.container import find_modules
from shop.core.i18n.languages import LANGUAGES, TRANSLATED_LANGUAGES, load_catalogue
from shop.core.query.checker import ListChecker
from shop.core.validation.choices import Choice, Choices, enum_name
from shop.schemas.constant import OPTIONS_MAX

LISTS = Choices().add_enums(find_modules("constants")).lists
# Words of the protocol, which nobody shows to people to select from: the kind of a token, how a list is asked, and the
# name of a permission, whose list is that of its codes.
PROTOCOL = {"token_type", "searchJoin", "pagination", "PermissionSchema.name"}


def schemas() -> list[type[Schema]]:
    modules = [*find_modules("checkers"), *find_modules("schemas")]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return sorted(
        {kind for kind in kinds if issubclass(kind, Schema) and kind is not Schema}, key=lambda it: it.__name__
    )


def chosen(schema: Schema) -> Iterator[tuple[str, Any]]:
    """The fields of a schema, and of what it holds, that take one of some values."""
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from chosen(inner.schema)
        elif any(isinstance(rule, OneOf) for rule in inner.validators):
            yield f"{type(schema).__name__}.{name}", inner


def is_of_protocol(where: str) -> bool:
    return bool({where, where.rpartition(".")[2]} & PROTOCOL)


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.__name__)
def test_every_choice_on_the_wire_is_of_a_list(schema: type[Schema]) -> None:
    fields_of_it = [(where, field) for where, field in chosen(schema()) if not is_of_protocol(where)]
    assert [where for where, field in fields_of_it if not isinstance(field, Choice)] == []
    assert [where for where, field in fields_of_it if enum_name(field.kind) not in LISTS] == []


def test_there_is_something_to_look_at() -> None:
    kinds = {
        enum_name(field.enum_type) for kind in schemas() for _, field in chosen(kind()) if isinstance(field, Choice)
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


def test_every_choice_of_a_search_is_of_a_list() -> None:
    listings = [kind.spec for kind in schemas() if issubclass(kind, ListChecker)]
    asked = {word.choices for listing in listings for word in listing.searchable.values() if word.choices}
    assert len(asked) >= 3
    assert asked <= {tuple(options) for options in LISTS.values()}


@pytest.mark.parametrize("language", TRANSLATED_LANGUAGES)
def test_every_label_is_translated(language: str) -> None:
    labels = {label for options in LISTS.values() for label in options.values()}
    assert sorted(labels - load_catalogue(language).keys()) == []


def test_no_two_values_of_a_list_are_called_the_same_in_any_language() -> None:
    for language in LANGUAGES:
        for name, options in LISTS.items():
            told = [load_catalogue(language).get(label, label) for label in options.values()]
            assert len(set(told)) == len(told), (language, name)


def test_a_list_has_room_for_its_values() -> None:
    assert max(map(len, LISTS.values())) <= OPTIONS_MAX


def test_the_list_of_languages_is_that_of_the_catalogues() -> None:
    assert tuple(Language) == LANGUAGES
