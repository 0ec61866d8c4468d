"""The shop's RESERVE command as a template, for servers that are not a part of the shop.

The command is read from the Redis server while the shop sends it, so a peer sends the very same one.
"""

import shlex
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from redis import Redis

from shop.cache_managers.stock import StockCacheManager
from shop.core.database.model import DEFAULT_TENANT
from shop.supports.reservation import Purchase

SEPARATOR = "\0"
# Values of a purchase that is refused, since its buyer is unknown; each stands for a marker of the template.
_ORDER, _SESSION = UUID("01a1f8b9-6fb6-769b-b74e-21f10587bf2c"), UUID("01a1f8b9-6fb6-769b-b74e-21f10587bf2d")
_ITEM, _USER, _QUANTITY, _MOMENT = 918_273_645, 564_738_291, 987_654_321, 1_796_000_000_123_456


class ReserveTemplate(NamedTuple):
    """Arguments of the command, joined by NUL, with markers as `%(order)s`.

    The markers are order, item, user, quantity, moment, session and partition.
    """

    text: str

    def fill(self, values: Mapping[str, object]) -> list[str]:
        """Return the arguments of a purchase."""
        return (self.text % values).split(SEPARATOR)


def read_template(stock: StockCacheManager, redis_url: str, backlog_max: int) -> ReserveTemplate:
    """Send a refused purchase, and return the template of its command."""
    terms = (_ORDER, DEFAULT_TENANT, _ITEM, _USER, _QUANTITY, _MOMENT)
    purchase = Purchase(*terms, idempotency_key=None, session_id=_SESSION)
    # Before: where the server lacks the script, another command is sent first.
    stock.reserve(purchase, backlog_max)
    with Redis.from_url(redis_url) as client, client.monitor() as monitor:
        stock.reserve(purchase, backlog_max)
        while "EVALSHA" not in (line := monitor.connection.read_response().decode()) or str(_ITEM) not in line:
            pass
    arguments = shlex.split(line.partition("] ")[2])
    return ReserveTemplate(
        SEPARATOR.join(_mark(argument, stock.partition(DEFAULT_TENANT, _ITEM)) for argument in arguments)
    )


def _mark(argument: str, partition: int) -> str:
    marks = {
        str(_ORDER): "order",
        str(_SESSION): "session",
        str(_ITEM): "item",
        str(_USER): "user",
        str(_QUANTITY): "quantity",
        str(_MOMENT): "moment",
        f"{{p{partition:02d}}}": "partition",
    }
    argument = argument.replace("%", "%%")
    for value, name in marks.items():
        argument = argument.replace(value, f"%({name})s")
    return argument
