"""Dead letters: outbox entries that cannot be written, kept for an operator."""

from dataclasses import dataclass
from pathlib import Path

from shop.cache_managers.stock.keys import StockKeys, partition_label
from shop.core.redis.script import Script
from shop.supports.reservation import DeadLetter, read_or_none

_LUA_FOLDER = Path(__file__).parent / "lua"
_dead_letter, _replay, _discard = (Script(_LUA_FOLDER / f"{name}.lua") for name in ("dead_letter", "replay", "discard"))


@dataclass(frozen=True)
class DeadLetters(StockKeys):
    """Commands over the dead letters of a partition."""

    def dead_letter(self, number: int, entry_id: str, text: str, reason: str) -> bool:
        """Move an entry to the dead letters; return False when missing."""
        reservation = read_or_none("P|" + text)
        keys = [
            self.outbox(partition=partition_label(number)),
            self.dead_letter_stream(partition=partition_label(number)),
        ]
        keys += [self._receipt_key(number, reservation.order_id)] if reservation else []
        return bool(_dead_letter(self._client(number), keys, [entry_id, text, reason]))

    def dead_letters(self, number: int) -> list[DeadLetter]:
        """Return the dead letters of a partition, oldest first."""
        letters = self.dead_letter_stream(partition=partition_label(number))
        entries = self._execute(number, "XRANGE", letters, "-", "+")
        return [DeadLetter(letter_id, fields.get("r", ""), fields.get("why", "")) for letter_id, fields in entries]

    def replay(self, number: int, letter: DeadLetter) -> bool:
        """Put a dead letter back into the outbox.

        Returns False when it is gone or unreadable.
        """
        reservation = letter.reservation
        if reservation is None:
            return False
        item, receipt, _ = self._reservation_keys(number, reservation)
        keys = [
            self.dead_letter_stream(partition=partition_label(number)),
            self.outbox(partition=partition_label(number)),
            item,
            receipt,
        ]
        return bool(_replay(self._client(number), keys, [letter.letter_id, reservation.body, *reservation.position]))

    def discard(self, number: int, letter: DeadLetter) -> bool:
        """Reject a dead letter and release its pieces; return False when missing."""
        keys, arguments = (
            [self.dead_letter_stream(partition=partition_label(number))],
            [letter.letter_id, letter.text, self.receipt_life],
        )
        if reservation := letter.reservation:
            keys += self._reservation_keys(number, reservation)
            arguments += [reservation.quantity, reservation.epoch, reservation.user_id]
        return bool(_discard(self._client(number), keys, arguments))
