"""Demo of 500 simultaneous buyers for 100 pieces (`make demo`).

Ends with a check of every invariant.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence

from benchmarks.load.accounts import AccountFactory
from benchmarks.load.http_client import JsonClient
from benchmarks.load.sale_setup import SOLD_OUT, WAIT_SECONDS, create_item, wait_until_open_unsold
from benchmarks.report.outcome_table import OutcomeTable, show_while_running
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop

BUYERS = 500
PIECES = 100
EXPECTED = {"accepted": PIECES, SOLD_OUT: BUYERS - PIECES}


def main() -> int:
    """Run the demo.

    Returns 1 when the outcomes are not the expected ones, or an invariant is broken, else 0.
    """
    with run_shop() as shop:
        item_id = create_item(shop, PIECES)
        tokens = AccountFactory.from_container(shop.create_container()).create_buyers(BUYERS)
        with JsonClient(shop.bind, tokens[0]) as client:
            wait_until_open_unsold(client, item_id, PIECES)
        print(f"\n{BUYERS} buyers want one of {PIECES} pieces, all at once.\n")
        table, accepted = buy_at_once(shop, item_id, tokens)
        written = wait_until_written(shop, accepted)
        holds, lines = shop.verify(list(accepted))
    print("\nThe invariants:\n", *(f"\n  {line}" for line in lines), sep="")
    found = Counter(response.outcome for response in table.responses)
    failures = [
        *([] if found == EXPECTED else [f"the answers were {dict(found)}, not {EXPECTED}"]),
        *([] if written else [f"not every accepted order was written within {WAIT_SECONDS:.0f} s"]),
        *([] if holds else ["an invariant is broken"]),
    ]
    print("\nFAILED: " + "; ".join(failures) if failures else f"\n{PIECES} sold, none twice, none lost.")
    return 1 if failures else 0


def buy_at_once(shop: TemporaryShop, item_id: int, tokens: Sequence[str]) -> tuple[OutcomeTable, dict[str, str]]:
    """Buy one piece with every token, all at once.

    Returns the outcomes, and the buyer's token by the id of each accepted order.
    """
    accepted: dict[str, str] = {}
    table = OutcomeTable(("accepted", SOLD_OUT, "SYSTEM_BUSY"))
    start = threading.Barrier(len(tokens) + 1)

    def buy(token: str) -> None:
        with JsonClient(shop.bind, token) as client:
            client.connect()
            start.wait()
            response = client.post(f"/api/v1/items/{item_id}/purchase", {"quantity": 1})
        if response.status == 202:
            accepted[response.data["id"]] = token
        table.add(response)

    threads = [threading.Thread(target=buy, args=(token,), daemon=True) for token in tokens]
    for thread in threads:
        thread.start()
    start.wait(WAIT_SECONDS)
    table.started_at = time.perf_counter()
    show_while_running(table, threads)
    return table, accepted


def wait_until_written(shop: TemporaryShop, accepted: dict[str, str]) -> bool:
    """Wait until every accepted order is `confirmed` for its buyer.

    Returns False when one is not confirmed in time.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    return all(_wait_until_confirmed(shop, token, order_id, deadline) for order_id, token in accepted.items())


def _wait_until_confirmed(shop: TemporaryShop, token: str, order_id: str, deadline: float) -> bool:
    with JsonClient(shop.bind, token) as client:
        while client.get(f"/api/v1/orders/{order_id}").data.get("status") != "confirmed":
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
    return True


if __name__ == "__main__":
    sys.exit(main())
