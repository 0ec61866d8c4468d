"""Loss of all data of Redis under buyers."""

import threading
import time
from itertools import chain

from benchmarks.load.connection import build_post, repeat_with_new_keys
from benchmarks.load.load_generator import run_closed_loop
from benchmarks.load.scenarios import PURCHASE_BODY, PURCHASE_PATH
from benchmarks.sale_gate.openings import Clerk
from benchmarks.sale_gate.purchase_log import PurchaseLog
from benchmarks.sale_gate.written_orders import WrittenOrders
from benchmarks.targets.temporary_shop import TemporaryShop
from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.container import Container
from shop.core.redis.stores import RedisStores
from shop.supports.reservation import read_or_none

# More than the buyers buy.
PIECES = 1_000_000
LOAD_SECONDS, FLUSHES, SETTLE_SECONDS = 4.0, 2, 15.0


def run_data_loss(shop: TemporaryShop, clerk: Clerk, tokens: list[str], orders: WrittenOrders) -> PurchaseLog:
    """Delete all data of Redis several times while each buyer buys one piece after the other.

    Orders that were not written yet are lost: `orders` gets their ids.
    """
    clerk.pieces = PIECES
    clerk.create()
    container, log = shop.create_container(), PurchaseLog()
    path = PURCHASE_PATH.format(clerk.item_id)
    streams = [repeat_with_new_keys(build_post(path, token, PURCHASE_BODY)) for token in tokens]
    thread = threading.Thread(target=_flush_repeatedly, args=(container, orders.lost))
    thread.start()
    run_closed_loop(shop.port, streams, LOAD_SECONDS, load=log)
    thread.join()
    orders.wait_until_written(clerk.item_id, log, SETTLE_SECONDS)
    return log


def _flush_repeatedly(container: Container, lost: set[str]) -> None:
    for _ in range(FLUSHES):
        time.sleep(LOAD_SECONDS / (FLUSHES + 1))
        lost |= _flush(container)


def _flush(container: Container) -> set[str]:
    # One transaction: no reservation happens between the read of the outboxes and the flush.
    with container.get(RedisStores).stock(0).pipeline(transaction=True) as pipe:
        for number in range(PARTITIONS):
            pipe.xrange(StockCacheManager.outbox(partition=f"{number:02}"))
        pipe.flushall()
        *outboxes, _ = pipe.execute()
    reservations = (read_or_none("P|" + fields["r"]) for _, fields in chain.from_iterable(outboxes))
    return {str(reservation.order_id) for reservation in reservations if reservation}
