"""The fast path of every schema gives the result of marshmallow."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_dump

from shop.checkers.item import ReviseItemChecker
from shop.checkers.order import PurchaseHeadersChecker, PurchaseItemChecker
from shop.constants.item import ItemStatus
from shop.container import find_modules
from shop.core.validation.compiled_schemas import compile_dump, compile_load
from shop.core.validation.fields import Text, WholeNumber
from shop.schemas.item import ItemSchema

ROUNDS = 300
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 7, 2**63, 2**70, 1.0, 2.5, float("nan"), float("inf"), "", " ", "x", "7", "EUR",
    "on_sale", "draft", "wait=2", "Ada", "ada@example.org", "Correct-horse-1", "https://shop.example/a.jpg", "a\nb",
    "a\x00b", "\ud800", "\u202e", "e\u0301", "x" * 90, "x" * 3000, b"bytes", b"\xff", [], [1], {}, {"zh-Hant": "x"},
    {"zh-Hant": None}, {"other": 1}, "2026-01-31T12:00:00.000000Z", str(uuid.UUID(int=7)), uuid.UUID(int=7),
    datetime(2026, 1, 31, tzinfo=UTC), ItemStatus.ON_SALE,
)  # fmt: skip


def find_schemas() -> Iterator[tuple[str, Schema]]:
    """Yield an instance of each schema of the project, and the form that a PATCH uses."""
    modules = [*find_modules("checkers"), *find_modules("schemas")]
    assert modules
    kinds = list(Schema.__subclasses__())
    for kind in kinds:
        kinds += kind.__subclasses__()
    for kind in dict.fromkeys(kinds):
        if kind.__module__.startswith(("shop.", "marshmallow.")) and kind.Meta is Schema.Meta:
            yield kind.__name__, kind()
    yield "ReviseItemChecker(partial)", ReviseItemChecker(partial=True)


SCHEMAS = dict(find_schemas())


def draw_data(schema: Schema, draw: random.Random) -> dict[str, Any]:
    """Return an object with examples of the fields.

    Some are replaced, absent or under another name, more of them in some objects.
    """
    data: dict[str, Any] = {}
    share = draw.choice((0, 0.1, 0.5))
    for name, field in schema.fields.items():
        example = field.metadata.get("example", 1 if isinstance(field, fields.Number) else "x")
        if draw.random() >= share / 2:
            key = name if draw.random() < share / 2 else field.data_key or name
            data[key] = draw.choice(VALUES) if draw.random() < share else example
    if draw.random() < share:
        data[draw.choice(("unknown", "items", "a.b", ""))] = draw.choice(VALUES)
    return data


def outcome(call: Any, *arguments: Any, **options: Any) -> str:
    """Return the result with its types, or the error with its messages."""
    try:
        return repr(call(*arguments, **options))
    except ValidationError as error:
        return f"{error.messages!r} {error.valid_data!r}"
    except Exception as error:  # noqa: BLE001 - each error has to be the same
        return repr(error)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_the_fast_path_loads_as_marshmallow_does(schema: Schema) -> None:
    draw, load = random.Random(repr(type(schema))), compile_load(schema)
    objects: list[Any] = [{}, None, [], "x", *(draw_data(schema, draw) for _ in range(ROUNDS))]
    for data in objects:
        for unknown in (None, EXCLUDE):
            assert outcome(load, data, unknown=unknown) == outcome(schema.load, data, unknown=unknown), data


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_the_fast_path_dumps_as_marshmallow_does(schema: Schema) -> None:
    draw, dump = random.Random(repr(type(schema))), compile_dump(schema)
    rows: list[Any] = [{}, None, "x", *(draw_data(schema, draw) for _ in range(ROUNDS))]
    rows += [SimpleNamespace(**{str(name): value for name, value in row.items()}) for row in rows[-50:]]
    for row in rows:
        assert outcome(dump, row) == outcome(schema.dump, row), row
    good = [row for row in rows if outcome(schema.dump, row).startswith("{")]
    assert good
    assert outcome(dump, good, many=True) == outcome(schema.dump, good, many=True)


class Renamed(Schema):
    given = WholeNumber(load_default=3, dump_default=4, data_key="Given")
    computed = fields.Integer(load_default=lambda: 5, dump_default=lambda: 6)
    moved = Text(20, attribute="elsewhere")
    inner = fields.String(attribute="outer.inner")
    written = fields.Integer(load_only=True)
    shown = fields.Integer(dump_only=True)
    as_text = fields.Integer(as_string=True)
    share = fields.Float()
    loose = fields.Raw()
    # A method of dict has the name, too.
    copy = fields.Raw(dump_only=True)
    method = fields.Function(lambda row: row.get("given"))


class Shouted(fields.String):
    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return f"{super()._serialize(value, attr, obj, **kwargs)}!"


class Fixed(fields.String):
    def get_value(self, *_: Any, **options: Any) -> Any:  # noqa: ARG002 - given shape
        return "fixed"


class Hooked(Schema):
    text = fields.String()

    @post_dump
    def _add(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "added": True}


class Accessing(Schema):
    text = fields.String()

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        return f"{super().get_attribute(obj, attr, default)}?"


OTHERS = {
    "all fields": Renamed(),
    "partial": Renamed(partial=True),
    "partial by name": Renamed(partial=("given",)),
    "some fields": Renamed(only=("given", "moved")),
    "many": Renamed(many=True),
    "a nested name": Renamed(only=("inner", "given")),
    "a hook": Hooked(),
    "own methods": Schema.from_dict({"text": Shouted(), "fixed": Fixed()})(),
    "own accessor": Accessing(),
}


@pytest.mark.parametrize("schema", OTHERS.values(), ids=OTHERS)
def test_a_schema_of_any_form_has_the_results_of_marshmallow(schema: Schema) -> None:
    draw = random.Random(7)
    rows = [{}, {"outer": {"inner": "x"}, "elsewhere": "y", "outer.inner": "z"}]
    for row in [*rows, *(draw_data(schema, draw) for _ in range(ROUNDS))]:
        assert outcome(compile_load(schema), row) == outcome(schema.load, row), row
        assert outcome(compile_dump(schema), row) == outcome(schema.dump, row), row


FAST_LOADS: dict[str, tuple[Schema, dict[str, Any]]] = {
    "purchase": (PurchaseItemChecker(), {"quantity": 2}),
    "silent headers": (PurchaseHeadersChecker(), {}),
    "part of an object": (Schema.from_dict({"price": WholeNumber(required=True)})(partial=True), {}),
}


@pytest.mark.parametrize(("schema", "data"), FAST_LOADS.values(), ids=FAST_LOADS)
def test_valid_data_is_loaded_without_marshmallow(
    schema: Schema, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "load", None)

    assert compile_load(schema)(data) == data


def test_plain_rows_are_dumped_without_marshmallow(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = ItemSchema()
    row = {name: "x" if isinstance(field, fields.String) else 1 for name, field in schema.fields.items()}
    monkeypatch.setattr(schema, "dump", None)
    monkeypatch.setattr(fields.Field, "serialize", None)

    assert compile_dump(schema)([row | {"unknown": 1}], many=True) == [row]
