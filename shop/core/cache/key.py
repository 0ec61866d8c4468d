"""Redis key templates, and the check for collisions."""

import re
from datetime import timedelta
from string import Formatter

_PART = re.compile(r"[A-Za-z0-9_.@+-]+")
_key_templates: dict[str, str] = {}


class Key:
    """Template of a cache key: `card = Key("{tenant}:item:{item}:card", ttl=timedelta(minutes=10))`.

    `negative_ttl` is the life of a cached None. `tag` is a key whose deletion invalidates this one, too; its parts are
    among the parts here. Two templates that could produce the same key stop the import.
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
        """Fill in the template.

        Raises ValueError when a part is missing, unknown, or has characters that could make two keys equal.
        """
        if parts.keys() != self.parts:
            raise ValueError(f"{self.template} takes {sorted(self.parts)}, not {sorted(parts)}.")
        for name, value in parts.items():
            if not _PART.fullmatch(str(value)):
                raise ValueError(f"{name}={value!r} cannot be part of a key.")
        return self.template.format(**parts)


def _can_collide(left: str, right: str) -> bool:
    lefts, rights = left.split(":"), right.split(":")
    return len(lefts) == len(rights) and all(map(_segments_can_collide, lefts, rights))


def _segments_can_collide(left: str, right: str) -> bool:
    # Parts can produce any text between the fixed ends of a segment, so only the ends decide.
    return all(a.startswith(b) or b.startswith(a) for a, b in zip(_fixed_ends(left), _fixed_ends(right), strict=True))


def _fixed_ends(segment: str) -> tuple[str, str]:
    """Return the text before the first part and after the last.

    The second one is reversed. Both end with a null character when the segment has no parts.
    """
    texts = [""]
    for text, part, _, _ in Formatter().parse(segment):
        texts[-1] += text
        if part is not None:
            texts.append("")
    end = "" if len(texts) > 1 else "\0"
    return texts[0] + end, texts[-1][::-1] + end
