"""Crash points by name: the boundaries between two stores."""

from typing import NamedTuple

CACHE = "shop.cache_managers.stock:StockCacheManager"
STOCK = "shop.services.stock:StockService"
LOAD = "shop.jobs.stock:LoadStockJob"
SYNC = "shop.jobs.stock:SyncStockJob"
LEDGER = "shop.services.stock_ledger:StockLedgerService"
QUEUE = "shop.core.jobs.queue:JobQueue"
REVISE = "shop.services.item:ItemService.revise"
# The web server of the editor; buyers use the other one.
EDITOR = "web.2"


class CrashPoint(NamedTuple):
    """Process, location of its crash, and the scenario that reaches it.

    The scenarios are in `tests/chaos/harness/crash_scenarios.py` and `tests/chaos/edits/sale_scenarios.py`.
    """

    process: str
    location: str
    scenario: str = "buy"


POINTS = {
    # A purchase, in the web process. The first RESERVE of a buyer returns UNKNOWN_BUYER, later ones reserve.
    "before RESERVE": CrashPoint("web", f"{CACHE}.reserve:before"),
    "after RESERVE": CrashPoint("web", f"{CACHE}.reserve:after:20"),
    "before the buyer is trusted": CrashPoint("web", f"{CACHE}.trust_buyer:before"),
    "before the wake-up is enqueued": CrashPoint("web", f"{QUEUE}.enqueue:before"),
    "after the wake-up, before the answer": CrashPoint("web", f"{QUEUE}.enqueue:after"),
    # A drain.
    "after the entries are read": CrashPoint("worker", f"{CACHE}.entries:after"),
    "after the items are locked": CrashPoint("worker", "shop.repositories.item:ItemRepository.lock_epochs:after"),
    "after the stock is lowered": CrashPoint("worker", "shop.repositories.item:ItemRepository.take:after"),
    "after the orders, before the ledger": CrashPoint(
        "worker", "shop.repositories.order:OrderRepository.create_many:after"
    ),
    "before the drain's COMMIT": CrashPoint("worker", f"{STOCK}.drain:after"),
    "after COMMIT, before FINALIZE": CrashPoint("worker", f"{CACHE}.finalize:before"),
    "after FINALIZE": CrashPoint("worker", f"{CACHE}.finalize:after"),
    "after the wake flag is reset": CrashPoint("worker", f"{CACHE}.reset_wake_flag:after"),
    # A load.
    "before CLAIM": CrashPoint("worker", f"{CACHE}.claim:before", "load"),
    "after CLAIM": CrashPoint("worker", f"{CACHE}.claim:after", "load"),
    "after the load has drained": CrashPoint("worker", f"{LOAD}.begin_epoch:before", "load"),
    "before the epoch's COMMIT": CrashPoint(
        "worker", "shop.services.sale_gate:SaleGateService.begin_epoch:after", "load"
    ),
    "after the epoch's COMMIT, before OPEN": CrashPoint("worker", f"{LOAD}.begin_epoch:after", "load"),
    "after OPEN": CrashPoint("worker", f"{CACHE}.open:after", "load"),
    # Orders of an older epoch.
    "before READMIT": CrashPoint("worker", f"{CACHE}.readmit:before", "age"),
    "after READMIT": CrashPoint("worker", f"{CACHE}.readmit:after", "age"),
    "between two READMITs": CrashPoint("worker", f"{CACHE}.readmit:after:3", "age"),
    # The scheduler: the slot is taken, and its job is not enqueued.
    "after the slot is taken": CrashPoint("scheduler", f"{QUEUE}.enqueue:before"),
    # A cancelled order, in the web process.
    "before the cancel's COMMIT": CrashPoint("web", f"{LEDGER}.cancel:after", "cancel"),
    "before the cancel's COMMIT, sent once": CrashPoint("web", f"{LEDGER}.cancel:after", "cancel_once"),
    "after the cancel's COMMIT, sent once": CrashPoint("web", f"{CACHE}.apply:before", "cancel_once"),
    "after the cancel's COMMIT, before APPLY": CrashPoint("web", f"{CACHE}.apply:before", "cancel"),
    "after the cancel's APPLY": CrashPoint("web", f"{CACHE}.apply:after", "cancel"),
    # Manual stock adjustments.
    "after the restock's COMMIT, before APPLY": CrashPoint("web", f"{CACHE}.apply:before", "restock"),
    "before TAKE": CrashPoint("web", f"{CACHE}.take:before", "withdraw"),
    "after TAKE, before SQL": CrashPoint("web", f"{CACHE}.take:after", "withdraw"),
    "before the withdrawal's COMMIT": CrashPoint("web", f"{LEDGER}.adjust:after", "withdraw"),
    # The reconciliation of a wrong gate. It compares twice, some seconds apart.
    "after the difference is recorded": CrashPoint("worker", f"{SYNC}.open_run_if_different:after", "drift"),
    "after the repair's COMMIT, before OPEN": CrashPoint("worker", f"{SYNC}.begin_epoch:after", "drift"),
    # An edit of a price in the open gate, and the opening of a sale. The gate has to be right again in two seconds.
    "before BEGIN EDIT": CrashPoint(EDITOR, f"{CACHE}.begin_edit:before", "edit"),
    "after BEGIN EDIT": CrashPoint(EDITOR, f"{CACHE}.begin_edit:after", "edit"),
    "before the edit's COMMIT": CrashPoint(EDITOR, f"{REVISE}:after", "edit"),
    "after the edit's COMMIT, before FINISH EDIT": CrashPoint(EDITOR, f"{CACHE}.finish_edit:before", "edit"),
    "after FINISH EDIT, before the answer": CrashPoint(EDITOR, f"{CACHE}.finish_edit:after", "edit"),
    "before the opening's CLAIM": CrashPoint(EDITOR, f"{CACHE}.claim:before", "open_sale"),
    "after the opening's CLAIM": CrashPoint(EDITOR, f"{CACHE}.claim:after", "open_sale"),
    "before the opening's COMMIT": CrashPoint(EDITOR, f"{REVISE}:after", "open_sale"),
    "after the opening's COMMIT, before its load is enqueued": CrashPoint(
        EDITOR, f"{QUEUE}.enqueue_first:before", "open_sale"
    ),
    "after the opening's load is enqueued, before the answer": CrashPoint(
        EDITOR, f"{QUEUE}.enqueue_first:after", "open_sale"
    ),
    # A new boundary gets a line here, and a scenario where none of these reaches it.
}
