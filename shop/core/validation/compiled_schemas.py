"""Fast paths of schemas, for plain and valid data only.

A fast path answers, or is not sure: then marshmallow does its work as ever, and words the errors. So its results are
those of marshmallow for all data.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields, missing
from marshmallow.types import UnknownOption

# Types whose values the method of a field dumps as they are. A field with a method of its own is not here.
_UNCHANGED: Mapping[Callable[..., Any], tuple[type, ...]] = {
    fields.Field._serialize: (bool, int, str, type(None)),
    fields.String._serialize: (str, type(None)),
    fields.UUID._serialize: (str, type(None)),
    fields.Number._serialize: (int, type(None)),
    fields.Nested._serialize: (type(None),),
}


class _LoadedField(NamedTuple):
    name: str
    key: str
    deserialize: Callable[..., Any]
    may_be_absent: bool


class _DumpedField(NamedTuple):
    name: str
    attribute: str
    key: str
    unchanged: tuple[type, ...]
    serialize: Callable[..., Any]


def compile_load(schema: Schema) -> Callable[..., Any]:
    """Return a function that does what `schema.load` does."""
    names = [field.attribute or name for name, field in schema.load_fields.items()]
    own_method = type(schema).load is not Schema.load
    return schema.load if own_method or not _is_plain(schema) or "." in "".join(names) else _Loader(schema).load


def compile_dump(schema: Schema) -> Callable[..., Any]:
    """Return a function that does what `schema.dump` does."""
    kind = type(schema)
    own_method = kind.dump is not Schema.dump or kind.get_attribute is not Schema.get_attribute
    return schema.dump if own_method or not _is_plain(schema) else _Dumper(schema).dump


class _Loader:
    """Loader of objects that are valid and have no unknown names."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._options = {} if schema.partial is None else {"partial": schema.partial}
        self._fields = [
            _LoadedField(
                field.attribute or name,
                _key(name, field),
                field.deserialize,
                bool(schema.partial) or not (field.required or field.load_default is not missing),
            )
            for name, field in schema.load_fields.items()
        ]

    def load(self, data: Any, *, unknown: UnknownOption | None = None) -> Any:
        """Return the values of the fields; raises ValidationError."""
        try:
            values = self._try(data) if type(data) is dict else None
        except ValidationError:
            values = None
        return self._schema.load(data, unknown=unknown) if values is None else values

    def _try(self, data: dict[str, Any]) -> dict[str, Any] | None:
        values, known = {}, 0
        for name, key, deserialize, may_be_absent in self._fields:
            given = data.get(key, missing)
            if given is not missing:
                known += 1
            elif may_be_absent:
                continue
            value = deserialize(given, key, data, **self._options)
            if value is not missing:
                values[name] = value
        return values if known == len(data) else None


class _Dumper:
    """Dumper of dicts, whose values mostly stay as they are."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._fields = [
            _DumpedField(
                name, field.attribute or name, _key(name, field), _list_unchanged(name, field), field.serialize
            )
            for name, field in schema.dump_fields.items()
        ]

    def dump(self, data: Any, *, many: bool = False) -> Any:
        """Return the fields of one object, or of each of many."""
        return [self._dump(row) for row in data] if many else self._dump(data)

    def _dump(self, row: Any) -> Any:
        if type(row) is not dict:
            return self._schema.dump(row)
        dumped = {}
        for name, attribute, key, unchanged, serialize in self._fields:
            value = row.get(attribute, missing)
            if type(value) not in unchanged:
                value = serialize(name, row, accessor=self._schema.get_attribute)
            if value is not missing:
                dumped[key] = value
        return dumped


def _key(name: str, field: fields.Field[Any]) -> str:
    return name if field.data_key is None else field.data_key


def _is_plain(schema: Schema) -> bool:
    """Return True for a schema that only its fields decide."""
    return not (schema.many or any(schema._hooks.values())) and isinstance(schema.partial, bool | None)


def _list_unchanged(name: str, field: fields.Field[Any]) -> tuple[type, ...]:
    """Return the types whose values a field dumps as they are.

    The type of `missing` is one of them when an absent value is left out.
    """
    kind, general, attribute = type(field), fields.Field, field.attribute or name
    own_method = kind.serialize is not general.serialize or kind.get_value is not general.get_value
    if own_method or kind._serialize not in _UNCHANGED or "." in attribute:
        return ()
    converts = isinstance(field, fields.Number) and (field.num_type is not int or field.as_string)
    # Without the value, marshmallow takes the default, or a method of dict that has the name.
    may_be_absent = field.dump_default is missing and not hasattr(dict, attribute)
    return (() if converts else _UNCHANGED[kind._serialize]) + ((type(missing),) if may_be_absent else ())
