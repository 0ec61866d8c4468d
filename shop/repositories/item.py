"""Queries of the table items."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import CursorResult, Update, bindparam, select, update

from shop.constants.item import ItemStatus
from shop.core.database.columns import ColumnMap, FoldedTexts
from shop.core.database.criteria import Criteria
from shop.core.database.repository import Repository
from shop.core.i18n.languages import TRANSLATED_LANGUAGES
from shop.models.item import Item

_ON_SALE_CONDITIONS = (Item.status == ItemStatus.ON_SALE, Item.deleted_at.is_(None))
# Also after a change by the previous release, which does not fold.
_STALE = Item.folded_at.is_distinct_from(Item.updated_at)
# Built once, since each drain sends them, and building costs more than sending.
_EPOCHS = (
    select(Item.id, Item.epoch)
    .where(Item.id.in_(bindparam("item_ids", expanding=True)))
    .order_by(Item.id)
    .with_for_update()
)
_TAKE = (
    update(Item)
    .where(Item.id == bindparam("taken_from"), Item.stock >= bindparam("taken"))
    .values(stock=Item.stock - bindparam("taken"))
)
_SOURCE = ColumnMap(
    Item.id,
    {
        "id": Item.id,
        "name": Item.name,
        "introduction": Item.introduction,
        "price_minor": Item.price_minor,
        "currency": Item.currency,
        "status": Item.status,
        "max_per_user": Item.max_per_user,
        "created_at": Item.created_at,
        "updated_at": Item.updated_at,
    },
    extra_columns={
        "name": tuple(Item.name_translations[language].as_string() for language in TRANSLATED_LANGUAGES),
        "introduction": tuple(
            Item.introduction_translations[language].as_string() for language in TRANSLATED_LANGUAGES
        ),
    },
    folded={
        "name": FoldedTexts(Item.name_folded, _STALE),
        "introduction": FoldedTexts(Item.introduction_folded, _STALE),
    },
)


@dataclass(frozen=True)
class ItemRepository(Repository[Item]):
    """Repository of items and their stock."""

    model = Item

    def source(self) -> ColumnMap:
        """Return the columns of list fields."""
        return _SOURCE

    def not_deleted(self) -> Criteria:
        """Return the criteria of items that are not deleted."""
        return Criteria().push(Item.deleted_at.is_(None))

    def on_sale(self) -> Criteria:
        """Return the criteria of items visible to buyers."""
        return (
            self.not_deleted().push(Item.status == ItemStatus.ON_SALE).with_index_hint("ix_items_tenant_id_status_id")
        )

    def find_on_sale(self) -> Sequence[Item]:
        """Return all items on sale, newest first."""
        return self.session.scalars(select(Item).where(*_ON_SALE_CONDITIONS).order_by(Item.id.desc())).all()

    def exists(self) -> bool:
        """Return True when there is any row, including deleted ones."""
        return self.session.scalar(select(Item.id).limit(1)) is not None

    def find_all(self) -> Sequence[Item]:
        """Return all items, including deleted ones."""
        return self.session.scalars(select(Item).order_by(Item.id)).all()

    def find_stocks(self, item_ids: Collection[int]) -> dict[int, int]:
        """Return item id -> stock after all written orders."""
        return dict(self.session.execute(select(Item.id, Item.stock).where(Item.id.in_(item_ids))).all())

    def find_loaded_after(self, item_id: int, limit: int) -> Sequence[Item]:
        """Return the next items that were ever loaded, ordered by id."""
        query = select(Item).where(Item.epoch > 0, Item.id > item_id).order_by(Item.id).limit(limit)
        return self.session.scalars(query).all()

    def lock_epochs(self, item_ids: Collection[int]) -> dict[int, int]:
        """Lock items and return item id -> epoch.

        Locks in the order of ids, which prevents deadlocks.
        """
        return dict(self.session.execute(_EPOCHS, {"item_ids": item_ids}).all())

    def sell(self, item_id: int, quantity: int) -> bool:
        """Reduce the stock of an item on sale in one statement.

        Returns False when the item is not on sale or has too few pieces.
        """
        query = update(Item).where(Item.id == item_id, *_ON_SALE_CONDITIONS, Item.stock >= quantity)
        return self._change_stock(query, -quantity)

    def put_back(self, item_id: int, quantity: int) -> None:
        """Increase the stock by pieces that this transaction took in excess."""
        self._change_stock(update(Item).where(Item.id == item_id), quantity)

    def take(self, item_id: int, quantity: int) -> bool:
        """Reduce the stock in one statement; return False with too few pieces."""
        return self._execute_change(_TAKE, {"taken_from": item_id, "taken": quantity})

    def _change_stock(self, query: Update, delta: int) -> bool:
        return self._execute_change(query.values(stock=Item.stock + delta), {})

    def _execute_change(self, query: Update, parameters: Mapping[str, int]) -> bool:
        result = self.session.execute(query, parameters, execution_options={"synchronize_session": False})
        return cast("CursorResult[object]", result).rowcount == 1
