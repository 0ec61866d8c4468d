"""HTML that its content cannot break: text is escaped, and only what `tag` made counts as markup."""

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

ALONE = frozenset({"path", "rect"})


class Html(str):
    """Markup."""

    __slots__ = ()


def tag(name: str, *content: Any, **attributes: str | float | None) -> Html:
    """An element; `class_` is class, `data_kind` is data-kind, True is a bare attribute, None and False are none."""
    words = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    return Html(f"<{name}{words}/>" if name in ALONE else f"<{name}{words}>{join(content)}</{name}>")


def join(content: Any) -> Html:
    """Pieces one after the other: markup as it is, text and numbers escaped, lists flattened."""
    if isinstance(content, Html):
        return content
    if isinstance(content, str | int | float):
        return Html(escape(str(content), quote=False))
    return Html("".join(join(piece) for piece in content))


def listing(items: Iterable[Any], **attributes: str) -> Html:
    """A list; nothing when there are no items."""
    lines = [tag("li", item) for item in items]
    return tag("ul", lines, **attributes) if lines else Html()


def table(headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> Html:
    """A table whose rows begin with their heading; nothing when there are no rows."""
    lines = [tag("tr", tag("th", head, scope="row"), [tag("td", cell) for cell in rest]) for head, *rest in rows]
    top = tag("thead", tag("tr", [tag("th", heading, scope="col") for heading in headings]))
    return tag("div", tag("table", top, tag("tbody", lines)), class_="wide") if lines else Html()


def section(name: str, title: str, sentence: str, *content: Any) -> Html:
    """A view of the report: its title, one sentence that says how to read it, and the view."""
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, tag("p", sentence, class_="lead"), content, id=name, aria_labelledby=f"{name}-title")


def fold(summary: Any, *content: Any, **attributes: str | bool | None) -> Html:
    """Something that opens."""
    return tag("details", tag("summary", summary), content, **attributes)


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `2 classes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{'es' if noun.endswith('s') else 's'}"


def embed(data: dict[str, Any]) -> str:
    """JSON that may stand inside a script element; a line for each fact, so that two reports can be compared."""
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
    """Words and what they mean; those without a meaning are left out."""
    return tag("dl", list(_pairs(items)))


def _pairs(items: Iterable[tuple[str, Any]]) -> Iterator[Html]:
    for word, meaning in items:
        if meaning:
            yield tag("dt", word)
            yield tag("dd", meaning)
