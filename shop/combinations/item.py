"""Information about items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.core.clock import format_rfc3339
from shop.core.http.etag import compute_version
from shop.core.validation.translations import list_translations
from shop.presenters.item import ItemPresenter

if TYPE_CHECKING:
    from shop.models.item import Item


@dataclass(frozen=True)
class ItemCombination:
    """Information about an item."""

    presenter: ItemPresenter

    def briefs(self, items: Mapping[int, "Item"]) -> dict[int, dict[str, Any]]:
        """Build the short forms that orders and repairs include, by id.

        They are in the caller's language and JSON-safe.
        """
        return dict(zip(items, self.presenter.localize(map(_brief, items.values())), strict=True))

    def translations(self, item: "Item") -> dict[str, Any]:
        """Build the texts in all languages; JSON-safe."""
        return {
            "id": item.id,
            "name": item.name,
            "name_translations": list_translations(item.name_translations),
            "introduction": item.introduction,
            "introduction_translations": list_translations(item.introduction_translations),
        }

    def info(self, item: "Item") -> dict[str, Any]:
        """Build the cacheable information, in all languages; JSON-safe.

        It has no stock. `version` changes with every other field, and with nothing else.
        """
        fields = {
            **self.translations(item),
            "price_minor": item.price_minor,
            "currency": item.currency,
            "status": item.status,
            "max_per_user": item.max_per_user,
            "photo_url": item.photo_url,
            "created_at": format_rfc3339(item.created_at),
        }
        version = compute_version(fields)
        return {
            **fields,
            "updated_at": format_rfc3339(item.updated_at),
            "tenant_id": item.tenant_id,
            "version": version,
        }

    def card(self, info: dict[str, Any], stock: int) -> dict[str, Any]:
        """Build a card in the caller's language, with the available stock."""
        return self.cards([info], {info["id"]: stock})[0]

    def cards(self, infos: Sequence[dict[str, Any]], stocks: Mapping[int, int]) -> list[dict[str, Any]]:
        """Build cards in the caller's language; `stocks` is by item id."""
        return self.presenter.localize({**info, "stock": stocks.get(info["id"], 0)} for info in infos)


def _brief(item: "Item") -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "name_translations": list_translations(item.name_translations),
        "price_minor": item.price_minor,
        "currency": item.currency,
        "photo_url": item.photo_url,
    }
