"""Ids of parametrised cases, made of the values in collections.

pytest itself would number them: `body0`, `body1`.
"""

from collections.abc import Iterator

LENGTH_MAX = 60
Plain = str | int | float | None


def describe_case(value: object) -> str | None:
    """Describe a collection or an error; return None for other values.

    Only plain values are shown, because all test workers need the same ids. Of a mapping with others the keys are.
    """
    match value:
        case Exception():
            return type(value).__name__
        case dict() if not _is_plain(value) and _is_plain([*value]):
            return _shorten(_render([*value]))
        case dict() | list() | tuple() | set() | frozenset() if _is_plain(value):
            return _shorten(_render(value))
    return None


def _is_plain(value: object) -> bool:
    return all(isinstance(leaf, Plain) for leaf in _leaves(value))


def _leaves(value: object) -> Iterator[object]:
    match value:
        case dict():
            yield from (leaf for pair in value.items() for part in pair for leaf in _leaves(part))
        case list() | tuple() | set() | frozenset():
            yield from (leaf for part in value for leaf in _leaves(part))
        case _:
            yield value


def _render(value: object, *, is_inner: bool = False) -> str:
    match value:
        case dict():
            parts = [f"{key}={_render(part, is_inner=True)}" for key, part in value.items()]
        case list() | tuple():
            parts = [_render(part, is_inner=True) for part in value]
        case set() | frozenset():
            # In an order that does not depend on the process.
            parts = sorted(_render(part, is_inner=True) for part in value)
        case _:
            return str(value)
    return f"({','.join(parts)})" if is_inner else ",".join(parts)


def _shorten(text: str) -> str:
    escaped = (text or "empty").encode("unicode_escape").decode("ascii")
    return escaped if len(escaped) <= LENGTH_MAX else f"{escaped[: LENGTH_MAX - 3]}..."
