"""Items as information."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.core.clock import format_rfc3339
from shop.core.http.etag import compute_version
from shop.core.validation.translations import list_translations

if TYPE_CHECKING:
    from shop.models.item import Item


@dataclass(frozen=True)
class ItemCombination:
    """What an item says, in all its languages: whoever tells it to somebody chooses one."""

    def brief(self, item: "Item") -> dict[str, Any]:
        """What stands beside an order or a repair of it; JSON-safe."""
        return {
            "id": item.id,
            "name": item.name,
            "name_translations": list_translations(item.name_translations),
            "price_minor": item.price_minor,
            "currency": item.currency,
            "photo_url": item.photo_url,
        }

    def translations(self, item: "Item") -> dict[str, Any]:
        """What is written about it; JSON-safe."""
        return {
            "id": item.id,
            "name": item.name,
            "name_translations": list_translations(item.name_translations),
            "introduction": item.introduction,
            "introduction_translations": list_translations(item.introduction_translations),
        }

    def info(self, item: "Item") -> dict[str, Any]:
        """What an item says to whoever may see it, in all languages, its stock apart; JSON-safe, and kept by the cache.

        `version` changes with every word of it, and with nothing else.
        """
        words = {
            **self.translations(item),
            "price_minor": item.price_minor,
            "currency": item.currency,
            "status": item.status,
            "max_per_user": item.max_per_user,
            "photo_url": item.photo_url,
            "created_at": format_rfc3339(item.created_at),
        }
        version = compute_version(words)
        return {**words, "updated_at": format_rfc3339(item.updated_at), "tenant_id": item.tenant_id, "version": version}

    def card(self, info: dict[str, Any], stock: int) -> dict[str, Any]:
        """An item as it is told: what it says, and how many can be bought now."""
        return {**info, "stock": stock}
