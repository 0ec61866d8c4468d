"""HTML building blocks that escape all text.

Only the output of `tag` counts as markup.
"""

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

ALONE = frozenset({"path", "rect"})
_PLAIN = (str, int, float)


class Html(str):
    """Escaped markup."""

    __slots__ = ()


def tag(name: str, *content: Any, **attributes: str | float | None) -> Html:
    """Build an element from content and attributes.

    `class_` becomes class and `data_kind` becomes data-kind. True is a bare attribute; None and False leave it out.
    """
    attributes_text = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    return Html(
        f"<{name}{attributes_text}/>" if name in ALONE else f"<{name}{attributes_text}>{join(content)}</{name}>"
    )


def join(content: Any) -> Html:
    """Join content: markup unchanged, text and numbers escaped, lists flattened."""
    if isinstance(content, Html):
        return content
    if isinstance(content, _PLAIN):
        return Html(escape(str(content), quote=False))
    return Html("".join(join(piece) for piece in content))


def listing(items: Iterable[Any], **attributes: str) -> Html:
    """Build a list; empty without items."""
    lines = [tag("li", item) for item in items]
    return tag("ul", lines, **attributes) if lines else Html()


def table(headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> Html:
    """Build a table with row headings; empty without rows."""
    lines = [tag("tr", tag("th", head, scope="row"), [tag("td", cell) for cell in rest]) for head, *rest in rows]
    top = tag("thead", tag("tr", [tag("th", heading, scope="col") for heading in headings]))
    return tag("div", tag("table", top, tag("tbody", lines)), class_="wide") if lines else Html()


def section(name: str, title: str, sentence: str, *content: Any) -> Html:
    """Build a view: title, one explaining sentence and content."""
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, tag("p", sentence, class_="lead"), content, id=name, aria_labelledby=f"{name}-title")


def fold(summary: Any, *content: Any, **attributes: str | bool | None) -> Html:
    """Build a foldable element."""
    return tag("details", tag("summary", summary), content, **attributes)


def count(number: int, noun: str) -> str:
    """Format a number with its noun, such as `2 classes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{'es' if noun.endswith('s') else 's'}"


def embed(data: dict[str, Any]) -> str:
    """Serialize JSON for a script element, one line per fact.

    The lines make two reports comparable.
    """
    parts = (f"{_json(key)}: {_embed_part(data[key])}" for key in sorted(data))
    return "{\n" + ",\n".join(parts) + "\n}"


def _embed_part(part: Any) -> str:
    if not isinstance(part, list | tuple) or not part:
        return _json(part)
    return "[\n" + ",\n".join(_json(fact) for fact in part) + "\n]"


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")


def _attribute(key: str, value: Any) -> str:
    if value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def pairs(items: Iterable[tuple[str, Any]]) -> Html:
    """Build a description list without the empty entries."""
    return tag("dl", list(_pairs(items)))


def _pairs(items: Iterable[tuple[str, Any]]) -> Iterator[Html]:
    for term, meaning in items:
        if meaning:
            yield tag("dt", term)
            yield tag("dd", meaning)
