"""Enum fields of schemas, and the registry of enums with labels.

An enum in `constants/` whose members have a `label` is a selection list under the name of the enum.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.i18n.languages import translate

NAME_MAX = 64
_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Choice(fields.String):
    """Field that reads a value of an enum as its member."""

    def __init__(self, enum_type: type[StrEnum], **options: Any) -> None:
        super().__init__(validate=OneOf([member.value for member in enum_type]), **options)
        self.enum_type = enum_type

    def member_names(self) -> list[str]:
        """Return the names of the members, unless the values have them."""
        names = [member.name for member in self.enum_type]
        return names if names != [member.value.upper() for member in self.enum_type] else []

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        # The validator refuses a text that is no member.
        return next((member for member in self.enum_type if member.value == text), text)


class Keyword(fields.String):
    """Text field for one of a few words, in any case."""

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        super().__init__(validate=OneOf(words), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).lower()


@dataclass(frozen=True)
class Choices:
    """Registry of selection lists: name -> value -> English label."""

    lists: dict[str, dict[str, str]] = field(default_factory=dict)

    def add_enums(self, modules: Iterable[ModuleType]) -> "Choices":
        """Add every enum with labels of these modules.

        Raises ValueError when two enums have one name.
        """
        for kind in (kind for module in modules for kind in vars(module).values() if _has_labels(kind)):
            if enum_name(kind) in self.lists:
                raise ValueError(f"Two enums with labels are called {kind.__name__}: rename one of them.")
            self.lists[enum_name(kind)] = {member.value: member.label for member in kind}
        return self

    def list_all(self) -> list[dict[str, Any]]:
        """Return all lists with their names."""
        return [{"name": name, "options": self.get_options(name)} for name in sorted(self.lists)]

    def get_options(self, name: str) -> list[dict[str, str]]:
        """Return the values of a list with labels in the caller's language.

        Raises ShopError CONSTANT_UNKNOWN.
        """
        if name not in self.lists:
            raise ShopError(CoreExceptionCode.CONSTANT_UNKNOWN, name=name, allowed=", ".join(sorted(self.lists)))
        return [{"value": value, "label": translate(label)} for value, label in self.lists[name].items()]


def enum_name(kind: type[StrEnum]) -> str:
    """Return the public name of an enum, such as `item_status`."""
    return _INNER_CAPITAL.sub("_", kind.__name__).lower()


def _has_labels(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum) and hasattr(kind, "label")
