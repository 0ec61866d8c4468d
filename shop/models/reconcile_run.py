"""Table reconcile_runs."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.stock import CAUSE_MAX, RUN_TEXT_MAX
from shop.core.database.model import Model
from shop.core.database.types import BigId


class ReconcileRun(Model):
    """One time that Redis and MySQL disagreed about an item, and what was done about it."""

    __tablename__ = "reconcile_runs"
    __table_args__ = (Index(None, "item_id"), Index(None, "done"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(String(CAUSE_MAX))
    # What MySQL says and what Redis said, as `name=value` of all that differed.
    expected: Mapped[str] = mapped_column(String(RUN_TEXT_MAX))
    found: Mapped[str] = mapped_column(String(RUN_TEXT_MAX))
    # Empty until the repair is committed: one that died on the way is taken up again.
    done: Mapped[str] = mapped_column(String(RUN_TEXT_MAX), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
