"""Ids of parametrised cases, made of the values in mappings and sequences.

pytest itself would number them: `body0`, `body1`.
"""

from collections.abc import Iterator

LENGTH_MAX = 60
LEAVES = (str, int, float, type(None))


def describe_case(value: object) -> str | None:
    """Describe a mapping, a sequence or an error; return None for other values.

    Only the text of plain values is used, because all test workers need the same ids.
    """
    if isinstance(value, Exception):
        return type(value).__name__
    if not isinstance(value, dict | list | tuple) or not all(isinstance(leaf, LEAVES) for leaf in _leaves(value)):
        return None
    text = (_render(value) or "empty").encode("unicode_escape").decode("ascii")
    return text if len(text) <= LENGTH_MAX else f"{text[: LENGTH_MAX - 3]}..."


def _leaves(value: object) -> Iterator[object]:
    match value:
        case dict():
            yield from (leaf for pair in value.items() for part in pair for leaf in _leaves(part))
        case list() | tuple():
            yield from (leaf for part in value for leaf in _leaves(part))
        case _:
            yield value


def _render(value: object, *, is_inner: bool = False) -> str:
    match value:
        case dict():
            text = ",".join(f"{key}={_render(part, is_inner=True)}" for key, part in value.items())
            return f"({text})" if is_inner else text
        case list() | tuple():
            text = ",".join(_render(part, is_inner=True) for part in value)
            return f"({text})" if is_inner else text
        case _:
            return str(value)
