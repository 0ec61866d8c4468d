"""The languages that the service speaks."""

from enum import StrEnum


class Language(StrEnum):
    """A language by its tag; a test holds them to those that have a catalogue."""

    ENGLISH = "en"
    TRADITIONAL_CHINESE = "zh-Hant"
    SIMPLIFIED_CHINESE = "zh-Hans"

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name.replace("_", " ").title()
