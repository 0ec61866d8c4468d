"""Table items."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Integer

from shop.constants.item import NAME_MAX, URL_MAX, ItemStatus
from shop.core.database.folding import folded_column
from shop.core.database.model import Model
from shop.core.database.types import BigId

Unsigned = Integer().with_variant(mysql.INTEGER(unsigned=True), "mysql", "mariadb")


class Item(Model):
    """Item of the catalogue.

    `stock` is the stock after all written orders; the available pieces are in Redis.
    """

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock"),
        Index(None, "tenant_id", "status", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    # Language -> text. A language without a translation gets the plain text.
    name_translations: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    name_folded: Mapped[str | None] = folded_column("name", "name_translations")
    introduction: Mapped[str] = mapped_column(Text, default="")
    introduction_translations: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    introduction_folded: Mapped[str | None] = folded_column("introduction", "introduction_translations", long=True)
    # `updated_at` when the texts were folded; with another time they are stale.
    folded_at: Mapped[datetime | None]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[int] = mapped_column(Unsigned)
    # Increases with every load into Redis; a reservation of an older epoch has to be readmitted.
    epoch: Mapped[int] = mapped_column(default=0)
    # Increases with every credit of stock, so that each is applied in Redis once and in order.
    adj_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    max_per_user: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(16), default=ItemStatus.DRAFT)
    photo_url: Mapped[str | None] = mapped_column(String(URL_MAX))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    @property
    def sellable(self) -> bool:
        """True when the item is on sale and not deleted."""
        return self.status == ItemStatus.ON_SALE and self.deleted_at is None

    @property
    def offered(self) -> bool:
        """True when the item is or was on sale.

        Reservations of it may wait to be written.
        """
        return bool(self.sellable or self.epoch)

    @property
    def gate_values(self) -> tuple[int, str, int | None]:
        """Terms of the sale that its gate holds, without texts."""
        return self.price_minor, self.currency, self.max_per_user
