"""Redis key templates, and the check that two never collide."""

import re
from datetime import timedelta
from string import Formatter

_PART = re.compile(r"[A-Za-z0-9_.@+-]+")
_key_templates: dict[str, str] = {}


class Key:
    """A key template with a life: `card = Key("{tenant}:item:{item}:card", ttl=timedelta(minutes=10))`.

    `nothing`: how long it is remembered that there is none. `group`: the key whose change is a change of this one, too;
    its parts are among ours. Two templates that could ever produce the same key stop the import.
    """

    def __init__(
        self,
        template: str,
        *,
        ttl: timedelta | None = None,
        negative_ttl: timedelta | None = None,
        tag: "Key | None" = None,
    ) -> None:
        self.template = self.name = template
        self.ttl, self.negative_ttl, self.tag = ttl, negative_ttl, tag
        self.parts = frozenset(name for _, name, _, _ in Formatter().parse(template) if name)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = title = f"{owner.__name__}.{name}"
        for template, other in _key_templates.items():
            if other != title and _can_collide(template, self.template):
                raise ValueError(f"{title} and {other} can produce the same key.")
        _key_templates[self.template] = title

    def __call__(self, **parts: object) -> str:
        """The key; raises ValueError when a part is missing, extra, or could be taken for two parts."""
        if parts.keys() != self.parts:
            raise ValueError(f"{self.template} takes {sorted(self.parts)}, not {sorted(parts)}.")
        for name, value in parts.items():
            if not _PART.fullmatch(str(value)):
                raise ValueError(f"{name}={value!r} cannot be part of a key.")
        return self.template.format(**parts)


def _can_collide(one: str, other: str) -> bool:
    ones, others = one.split(":"), other.split(":")
    return len(ones) == len(others) and all(map(_segments_can_collide, ones, others))


def _segments_can_collide(one: str, other: str) -> bool:
    # Whatever stands between two ends, the parts may fill.
    return all(a.startswith(b) or b.startswith(a) for a, b in zip(_fixed_ends(one), _fixed_ends(other), strict=True))


def _fixed_ends(segment: str) -> tuple[str, str]:
    """The text before its first part, and the one after its last part backwards; marked when it has no part."""
    texts = [""]
    for text, part, _, _ in Formatter().parse(segment):
        texts[-1] += text
        if part is not None:
            texts.append("")
    mark = "" if len(texts) > 1 else "\0"
    return texts[0] + mark, texts[-1][::-1] + mark
