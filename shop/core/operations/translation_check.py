"""Completeness check of the translation catalogues.

Collects all messages of the code, and finds missing and unused keys of the catalogues.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Validator
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.api.conditional import IfMatchChecker
from shop.core.api.pages import PageText
from shop.core.errors import registered_codes
from shop.core.http.etag import WEAK_TAG
from shop.core.http.query_string import LANGUAGE_UNKNOWN, REPEATED
from shop.core.i18n.languages import DEFAULT_LANGUAGE, LABEL_PREFIX, LANGUAGE_PARAMETER
from shop.core.idempotency.fingerprint import PARTS
from shop.core.query.errors import Sentence
from shop.core.validation.choices import Choices
from shop.core.validation.errors import WHOLE_BODY
from shop.core.validation.translations import UNKNOWN_LANGUAGE

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_FIELD = "field"


@dataclass(frozen=True)
class ExpectedMessages:
    """Keys that the catalogues must contain.

    `labels` are labels of request fields, `field_messages` contain such a label, and `messages` are all others.
    """

    labels: frozenset[str]
    field_messages: frozenset[str]
    messages: frozenset[str]

    def for_language(self, language: str) -> frozenset[str]:
        """Return the keys of a catalogue.

        English needs no `messages`, since the code contains them in English.
        """
        return self.labels | self.field_messages | (frozenset() if language == DEFAULT_LANGUAGE else self.messages)

    def problems(self, language: str, catalogue: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield each problem of a catalogue with its key."""
        yield from (("missing", key) for key in sorted(self.for_language(language) - catalogue.keys()))
        yield from (("orphan", key) for key in sorted(catalogue.keys() - self.for_language(language)))
        for key, text in catalogue.items():
            if key in self.field_messages and _FIELD not in _placeholders(text):
                yield "names no field", key
            if _placeholders(key) != _placeholders(text) - {_FIELD}:
                yield "other facts", key


def collect_expected_messages(
    constants: Iterable[ModuleType], validators: Iterable[ModuleType], checkers: Iterable[ModuleType]
) -> ExpectedMessages:
    """Collect the messages that these modules return to clients.

    Exception codes are taken from their registry.
    """
    constants, validators, checkers = [*constants], [*validators], [*checkers]
    enums = [*_find_classes(constants, Enum)]
    schemas: list[Schema] = [IfMatchChecker(), *(kind() for kind in _find_classes(checkers, Schema))]
    codes = {code.sentence for code in registered_codes().values() if _is_project_class(type(code))}
    about_fields = {message for schema in schemas for message in _schema_messages(schema)} | {REPEATED}
    others = codes | {*_literal_sentences([*validators, *checkers])} | {*HTTP_STATUS_CODES.values(), *PARTS, *Sentence}
    others |= {member.sentence for kind in enums for member in kind if hasattr(member, "sentence")}
    others |= {label for labels in Choices().add_enums(constants).lists.values() for label in labels.values()}
    others |= {WEAK_TAG, UNKNOWN_LANGUAGE, LANGUAGE_UNKNOWN, *PageText, *_enum_facts(codes, enums)}
    names = {field.data_key or name for schema in schemas for name, field in schema.fields.items()}
    labels = {f"{LABEL_PREFIX}{name}" for name in (*names, WHOLE_BODY, LANGUAGE_PARAMETER)}
    about_fields -= codes
    return ExpectedMessages(frozenset(labels), frozenset(about_fields), frozenset(others - about_fields))


def _enum_facts(messages: Iterable[str], enums: Iterable[type[Enum]]) -> set[str]:
    """Collect the enum members that messages name.

    The fact {order_status} is a member of OrderStatus.
    """
    names = {"".join(part.title() for part in fact.split("_")) for text in messages for fact in _placeholders(text)}
    return {str(member) for kind in enums if issubclass(kind, StrEnum) and kind.__name__ in names for member in kind}


def _find_classes(modules: Iterable[ModuleType], base: type[Any]) -> Iterator[type[Any]]:
    for kind in (kind for module in modules for kind in vars(module).values() if isinstance(kind, type)):
        if issubclass(kind, base) and _is_project_class(kind):
            yield kind


def _is_project_class(kind: type[Any]) -> bool:
    return kind.__module__.partition(".")[0] == "shop"


def _schema_messages(schema: Schema) -> Iterator[str]:
    yield from (schema.error_messages["unknown"], schema.error_messages["type"])
    for field in schema.fields.values():
        yield from _field_messages(field)


def _field_messages(field: Any) -> Iterator[str]:
    yield from field.error_messages.values()
    yield from (_validator_message(validator) for validator in field.validators if isinstance(validator, Validator))
    if isinstance(field, fields.List):
        yield from _field_messages(field.inner)


def _validator_message(validator: Any) -> str:
    if error := getattr(validator, "error", None):
        return str(error)
    # Length and Range choose their message when they fail.
    low, high = validator.min is not None, validator.max is not None
    return str(validator.message_all if low and high else validator.message_min if low else validator.message_max)


def _literal_sentences(modules: Iterable[ModuleType]) -> Iterator[str]:
    """Yield the string literals of modules that are complete sentences."""
    for module in modules:
        tree = ast.parse(Path(str(module.__file__)).read_text())
        # A docstring is an expression statement.
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        documents |= {id(part) for text in _list_descriptions(tree) for part in ast.walk(text)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in documents and _is_sentence(node.value):
                yield str(node.value)


def _list_descriptions(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield descriptions of fields, which are in the OpenAPI document only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "description")
        elif isinstance(node, ast.Assign) and str(getattr(node.targets[0], "id", "")).endswith("_DESCRIPTION"):
            yield node.value


def _is_sentence(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[A-Z].+ .+\.", value))


def _placeholders(sentence: str) -> set[str]:
    return set(_PLACEHOLDER.findall(sentence))
