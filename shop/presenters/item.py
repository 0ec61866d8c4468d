"""Display form of items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shop.core.i18n.languages import current_language
from shop.core.validation.translations import localize


@dataclass(frozen=True)
class ItemPresenter:
    """Texts of items in the language of the caller."""

    def localize(self, infos: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Replace the translations of each item by one text.

        A text without a translation is in the default language.
        """
        language = current_language()
        return [localize(language, info) for info in infos]
