"""Random list queries: valid, nearly valid, and hostile ones."""

from collections.abc import Callable, Sequence
from random import Random

from shop.core.query.lexer import escape
from shop.core.query.spec import FieldSpec, Kind, ResourceSpec

NOISE = (
    "'", '"', "`", "\\", ";", ":", ",", ".", "%", "_", "--", "/*", "*/", "#", "(", ")", " or 1=1", "null", "\x00", "\n",
    "\ud7ff", "茶", "é", "😀", "{0}", "{token}", "%s", "%(x)s", "${x}", "<script>", "__class__", "id as x", "*",
    "\ufffd",
)  # fmt: skip
HIDDEN = (
    "password_hash",
    "tenant_id",
    "epoch",
    "adj_seq",
    "seq",
    "deleted_at",
    "users.password_hash",
    "item.tenant_id",
)
COMPLETE_RATE, ODD_RATE = 0.85, 0.06


class RandomQueries:
    """Generator of queries, which depend on the seed only."""

    def __init__(self, seed: int, spec: ResourceSpec) -> None:
        self.random = Random(seed)
        self.spec = spec
        self.makers: dict[str, Callable[[], str]] = {
            "search": self._search,
            "searchFields": self._operators,
            "searchJoin": lambda: self._choose(("and", "or")),
            "filter": lambda: self._names(tuple(spec.fields)),
            "orderBy": lambda: self._names(tuple(spec.sortable), 3),
            "sortedBy": lambda: self._names(("asc", "desc"), 1),
            "include": lambda: self._names(spec.included or ("item",)),
            "with": lambda: self._names(spec.included or ("item",)),
            "withCount": lambda: self._names(spec.counted or ("orders",)),
            "pagination": lambda: self._choose(("page", "simple", "cursor")),
            "page": lambda: str(self.random.choice((1, 2, 3, 0, -1, 10**6, 10**7))),
            "per_page": lambda: str(self.random.choice((1, 2, 15, 100, 0, 101))),
            "cursor": lambda: self._choose(("abc", "e30.abc")),
        }

    def make(self) -> dict[str, str]:
        """Return the parameters of one query.

        Most have few parameters, since one error prevents the test of the others.
        """
        weights = {"search": 8, "orderBy": 4, "filter": 3, "pagination": 3, "per_page": 2, "page": 1, "cursor": 0.3}
        names = list(self.makers)
        count = self.random.choice((0, 1, 1, 2, 2, 3, 4, 6))
        chosen = self.random.choices(names, [weights.get(name, 1) for name in names], k=count)
        if ("searchFields" in chosen or "searchJoin" in chosen) and self.random.random() < COMPLETE_RATE:
            chosen.append("search")
        if "sortedBy" in chosen and self.random.random() < COMPLETE_RATE:
            chosen.append("orderBy")
        return {name: self._corrupt(self.makers[name]()) for name in chosen}

    def _search(self) -> str:
        terms = self._repeat(self._term, self.random.choice((1, 1, 2, 3, 6, 25)))
        return ";".join(terms)

    def _term(self) -> str:
        name = self._choose(tuple(self.spec.searchable))
        field = self.spec.searchable.get(name, FieldSpec.searchable_text())
        value = self._value(field)
        return value if self.random.random() < 0.2 else f"{name}:{value}"

    def _value(self, field: FieldSpec) -> str:
        if self.random.random() < ODD_RATE:
            return "".join(self._repeat(lambda: self.random.choice(NOISE), 3))
        makers: dict[Kind, Callable[[], str]] = {
            Kind.TEXT: lambda: escape(self.random.choice(("tea", "Teapot", "EUR", "a", "%", "_", "co:lon", *NOISE))),
            Kind.CHOICE: lambda: self.random.choice(field.choices or ("draft",)),
            Kind.INTEGER: lambda: str(self.random.choice((0, 1, 7, 250, -1, 10**17, 2**31, 2**32))),
            Kind.BOOLEAN: lambda: self.random.choice(("true", "false")),
            Kind.DATETIME: lambda: self.random.choice(("2026-05-01T12:00:00Z", "9999-12-31T23:59:59.999999+00:00")),
            Kind.UUID: lambda: f"00000000-0000-0000-0000-{self.random.randrange(10):012}",
        }
        return makers[field.kind]()

    def _operators(self) -> str:
        def pair() -> str:
            name = self._choose(tuple(self.spec.searchable))
            field = self.spec.searchable.get(name, FieldSpec.searchable_text())
            return f"{name}:{self.random.choice(field.operators)}" if field.operators else name

        return ";".join(self._repeat(pair, 3))

    def _names(self, names: Sequence[str], limit: int = 4) -> str:
        chosen = self.random.sample(names, min(len(names), self.random.randint(1, limit)))
        return ";".join(self._make_odd() if self.random.random() < ODD_RATE / 2 else name for name in chosen)

    def _choose(self, names: Sequence[str]) -> str:
        return self._make_odd() if self.random.random() < ODD_RATE / 2 else self.random.choice(names)

    def _make_odd(self) -> str:
        return self.random.choice((*HIDDEN, *NOISE))

    def _repeat(self, make: Callable[[], str], limit: int) -> list[str]:
        return [make() for _ in range(self.random.randint(1, limit))]

    def _corrupt(self, text: str) -> str:
        if self.random.random() > ODD_RATE / 3:
            return text
        index = self.random.randint(0, len(text))
        return text[:index] + self.random.choice(NOISE) + text[index + self.random.randint(0, 2) :]
