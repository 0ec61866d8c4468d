"""Languages of the service."""

from enum import StrEnum


class Language(StrEnum):
    """Language tag; a test compares the members with the catalogues."""

    ENGLISH = "en"
    TRADITIONAL_CHINESE = "zh-Hant"
    SIMPLIFIED_CHINESE = "zh-Hans"

    @property
    def label(self) -> str:
        """Display name."""
        return self.name.replace("_", " ").title()
