"""Items as information."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.core.clock import rfc3339
from shop.core.translated import list_translations

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

    def texts(self, item: "Item") -> dict[str, Any]:
        """What is written about it; JSON-safe."""
        return {
            "id": item.id,
            "name": item.name,
            "name_translations": list_translations(item.name_translations),
            "introduction": item.introduction,
            "introduction_translations": list_translations(item.introduction_translations),
        }

    def card(self, item: "Item", available: int | None) -> dict[str, Any]:
        """JSON-safe; `stock` is what can be bought now, or what the orders written so far have left."""
        return {
            **self.texts(item),
            "price_minor": item.price_minor,
            "currency": item.currency,
            "stock": item.stock if available is None else available,
            "status": item.status,
            "max_per_user": item.max_per_user,
            "photo_url": item.photo_url,
            "created_at": rfc3339(item.created_at),
            "updated_at": rfc3339(item.updated_at),
        }
