"""Rate of a limit: requests per time window."""

import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9]{1,9}) ?/ ?(?:([0-9]{1,5}) )?(second|minute|hour|day)s?", re.IGNORECASE)
_UNITS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_OFF = "off"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `requests` in `seconds`; zero requests turn the limit off."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Parse `60/minute`, `5/30 seconds` or `off`.

        Raises ValueError for any other text.
        """
        if text.lower() == _OFF:
            return OFF
        match = _FORM.fullmatch(text)
        if not match or not int(match[1]) or not int(match[2] or 1):
            raise ValueError(text)
        return cls(int(match[1]), int(match[2] or 1) * _UNITS[match[3].lower()])

    def multiply(self, factor: int) -> "Rate":
        """Return the rate with its requests multiplied by a factor."""
        return Rate(self.requests * factor, self.seconds)

    def __str__(self) -> str:
        """Return the text form of the setting."""
        if self == OFF:
            return _OFF
        unit, seconds = next(pair for pair in _UNITS.items() if self.seconds % pair[1] == 0)
        count = self.seconds // seconds
        return f"{self.requests}/{unit}" if count == 1 else f"{self.requests}/{count} {unit}s"


OFF = Rate(0, 1)
