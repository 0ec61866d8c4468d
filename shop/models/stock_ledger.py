"""Table stock_ledger."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.stock_ledger import NOTE_MAX, REF_MAX
from shop.core.database.folding import folded_column
from shop.core.database.model import Model
from shop.core.database.types import BigId


class StockLedger(Model):
    """Change of an item's stock; the lines add up to it."""

    __tablename__ = "stock_ledger"
    __table_args__ = (UniqueConstraint("ref", "reason"), Index(None, "item_id", "reason"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigInteger)
    delta: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(16))
    # Reference to the cause: `item:7`, or an order id.
    ref: Mapped[str] = mapped_column(String(REF_MAX))
    # User id of the cause; None for the system.
    actor: Mapped[int | None] = mapped_column(BigInteger)
    # Number of a credit: pieces that are added in Redis after MySQL.
    adj_seq: Mapped[int | None] = mapped_column(BigInteger)
    # Reason text of an adjustment.
    note: Mapped[str | None] = mapped_column(String(NOTE_MAX))
    note_folded: Mapped[str | None] = folded_column("note")
    created_at: Mapped[datetime]
