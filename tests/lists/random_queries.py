"""Random questions to a list: right ones, nearly right ones, and what somebody would send who wants to break in."""

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
GOOD, ODD = 0.85, 0.06


class RandomQueries:
    """Makes questions; the same seed makes the same ones."""

    def __init__(self, seed: int, listing: ResourceSpec) -> None:
        self.random = Random(seed)
        self.listing = listing
        self.makers: dict[str, Callable[[], str]] = {
            "search": self._search,
            "searchFields": self._operators,
            "searchJoin": lambda: self._one(("and", "or")),
            "filter": lambda: self._names(tuple(listing.fields)),
            "orderBy": lambda: self._names(tuple(listing.sortable), 3),
            "sortedBy": lambda: self._names(("asc", "desc"), 1),
            "include": lambda: self._names(listing.included or ("item",)),
            "with": lambda: self._names(listing.included or ("item",)),
            "withCount": lambda: self._names(listing.counted or ("orders",)),
            "pagination": lambda: self._one(("page", "simple", "cursor")),
            "page": lambda: str(self.random.choice((1, 2, 3, 0, -1, 10**6, 10**7))),
            "per_page": lambda: str(self.random.choice((1, 2, 15, 100, 0, 101))),
            "cursor": lambda: self._one(("abc", "e30.abc")),
        }

    def make(self) -> dict[str, str]:
        """One question; most have few parameters, for each wrong one hides the others."""
        weights = {"search": 8, "orderBy": 4, "filter": 3, "pagination": 3, "per_page": 2, "page": 1, "cursor": 0.3}
        names = list(self.makers)
        count = self.random.choice((0, 1, 1, 2, 2, 3, 4, 6))
        chosen = self.random.choices(names, [weights.get(name, 1) for name in names], k=count)
        if ("searchFields" in chosen or "searchJoin" in chosen) and self.random.random() < GOOD:
            chosen.append("search")
        if "sortedBy" in chosen and self.random.random() < GOOD:
            chosen.append("orderBy")
        return {name: self._spoiled(self.makers[name]()) for name in chosen}

    def _search(self) -> str:
        terms = self._some(self._term, self.random.choice((1, 1, 2, 3, 6, 25)))
        return ";".join(terms)

    def _term(self) -> str:
        name = self._one(tuple(self.listing.searchable))
        word = self.listing.searchable.get(name, FieldSpec.searchable_text())
        value = self._value(word)
        return value if self.random.random() < 0.2 else f"{name}:{value}"

    def _value(self, word: FieldSpec) -> str:
        if self.random.random() < ODD:
            return "".join(self._some(lambda: self.random.choice(NOISE), 3))
        makers: dict[Kind, Callable[[], str]] = {
            Kind.TEXT: lambda: escape(self.random.choice(("tea", "Teapot", "EUR", "a", "%", "_", "co:lon", *NOISE))),
            Kind.CHOICE: lambda: self.random.choice(word.choices or ("draft",)),
            Kind.INTEGER: lambda: str(self.random.choice((0, 1, 7, 250, -1, 10**17, 2**31, 2**32))),
            Kind.BOOLEAN: lambda: self.random.choice(("true", "false")),
            Kind.DATETIME: lambda: self.random.choice(("2026-05-01T12:00:00Z", "9999-12-31T23:59:59.999999+00:00")),
            Kind.UUID: lambda: f"00000000-0000-0000-0000-{self.random.randrange(10):012}",
        }
        return makers[word.kind]()

    def _operators(self) -> str:
        def pair() -> str:
            name = self._one(tuple(self.listing.searchable))
            word = self.listing.searchable.get(name, FieldSpec.searchable_text())
            return f"{name}:{self.random.choice(word.operators)}" if word.operators else name

        return ";".join(self._some(pair, 3))

    def _names(self, names: Sequence[str], most: int = 4) -> str:
        chosen = self.random.sample(names, min(len(names), self.random.randint(1, most)))
        return ";".join(self._odd() if self.random.random() < ODD / 2 else name for name in chosen)

    def _one(self, names: Sequence[str]) -> str:
        return self._odd() if self.random.random() < ODD / 2 else self.random.choice(names)

    def _odd(self) -> str:
        return self.random.choice((*HIDDEN, *NOISE))

    def _some(self, make: Callable[[], str], most: int) -> list[str]:
        return [make() for _ in range(self.random.randint(1, most))]

    def _spoiled(self, text: str) -> str:
        if self.random.random() > ODD / 3:
            return text
        place = self.random.randint(0, len(text))
        return text[:place] + self.random.choice(NOISE) + text[place + self.random.randint(0, 2) :]
