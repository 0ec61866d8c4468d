"""Table reconcile_runs."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.stock import CAUSE_MAX, RUN_TEXT_MAX
from shop.core.database.model import Model
from shop.core.database.types import BigId


class ReconcileRun(Model):
    """Repair of an item after a difference between Redis and MySQL."""

    __tablename__ = "reconcile_runs"
    __table_args__ = (Index(None, "item_id"), Index(None, "done"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(String(CAUSE_MAX))
    # Differing fields in MySQL and in Redis, as `name=value`.
    expected: Mapped[str] = mapped_column(String(RUN_TEXT_MAX))
    found: Mapped[str] = mapped_column(String(RUN_TEXT_MAX))
    # Empty until the repair is committed; an interrupted repair is continued.
    done: Mapped[str] = mapped_column(String(RUN_TEXT_MAX), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
