"""Redis key templates, and the check for collisions."""

import re
from datetime import timedelta
from string import Formatter

_PART = "[A-Za-z0-9_.@+-]+"
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
        pieces = [(text, name) for text, name, _, _ in Formatter().parse(template)]
        self._names = [name for _, name in pieces if name]
        self.parts = frozenset(self._names)
        self._pattern = "".join(text.replace("%", "%%") + ("%s" if name else "") for text, name in pieces)
        # All parts in one comparison: a part cannot contain the separator.
        self._is_safe = re.compile(":".join([_PART] * len(self._names))).fullmatch

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
        texts = [str(parts[name]) for name in self._names]
        if not self._is_safe(":".join(texts)):
            raise ValueError(f"{self.template}: one of {texts} cannot be part of a key.")
        return self._pattern % tuple(texts)


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
