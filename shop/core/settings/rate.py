"""How many requests in how long: what a setting says of a limit."""

import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9]{1,9}) ?/ ?(?:([0-9]{1,5}) )?(second|minute|hour|day)s?", re.IGNORECASE)
_UNITS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_OFF = "off"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds; none at all means that nothing is limited."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """`60/minute`, `5/30 seconds` or `off`; raises ValueError for anything else."""
        if text.lower() == _OFF:
            return OFF
        found = _FORM.fullmatch(text)
        if not found or not int(found[1]) or not int(found[2] or 1):
            raise ValueError(text)
        return cls(int(found[1]), int(found[2] or 1) * _UNITS[found[3].lower()])

    def multiply(self, factor: int) -> "Rate":
        """So many times as many requests."""
        return Rate(self.requests * factor, self.seconds)

    def __str__(self) -> str:
        """As a setting says it."""
        if self == OFF:
            return _OFF
        unit, seconds = next(pair for pair in _UNITS.items() if self.seconds % pair[1] == 0)
        count = self.seconds // seconds
        return f"{self.requests}/{unit}" if count == 1 else f"{self.requests}/{count} {unit}s"


OFF = Rate(0, 1)
