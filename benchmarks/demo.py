"""`make demo`: 500 buyers want one of 100 pieces, at the same moment. Ends with 1 when anything is not as promised."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence

from benchmarks.load.accounts import Accounts
from benchmarks.load.http_client import Client
from benchmarks.load.sale_setup import PATIENCE_SECONDS, offer, wait_for
from benchmarks.report.outcome_table import Outcomes, show_while_running
from benchmarks.targets.temporary_shop import Shop, open_shop

BUYERS = 500
PIECES = 100
SOLD_OUT = "STOCK_INSUFFICIENT"
EXPECTED = {"accepted": PIECES, SOLD_OUT: BUYERS - PIECES}


def main() -> int:
    """The exit code."""
    with open_shop() as shop:
        item_id = offer(shop, PIECES)
        tokens = Accounts.of(shop.container()).sign_up(BUYERS)
        # More than there is: nothing is sold by asking, and the answer is 409 from the moment the sale is open.
        wait_for(SOLD_OUT, Client(shop.bind, tokens[0]), item_id, PIECES + 1)
        print(f"\n{BUYERS} buyers want one of {PIECES} pieces, all at once.\n")
        outcomes, promised = storm(shop, item_id, tokens)
        written = wait_until_written(shop, promised)
        holds, verdicts = shop.verify(list(promised))
    print("\nThe invariants:\n", *(f"\n  {line}" for line in verdicts), sep="")
    found = Counter(answer.outcome for answer in outcomes.answers)
    failures = [
        *([] if found == EXPECTED else [f"the answers were {dict(found)}, not {EXPECTED}"]),
        *([] if written else [f"not every promised order was written within {PATIENCE_SECONDS:.0f} s"]),
        *([] if holds else ["an invariant is broken"]),
    ]
    print("\nFAILED: " + "; ".join(failures) if failures else f"\n{PIECES} sold, none twice, none lost.")
    return 1 if failures else 0


def storm(shop: Shop, item_id: int, tokens: Sequence[str]) -> tuple[Outcomes, dict[str, str]]:
    """Let every buyer buy one piece, all at once; the answers, and the token of the buyer of each promised order."""
    promised: dict[str, str] = {}
    outcomes = Outcomes(("accepted", SOLD_OUT, "SYSTEM_BUSY"))
    start = threading.Barrier(len(tokens) + 1)

    def buy(token: str) -> None:
        with Client(shop.bind, token) as client:
            client.connect()
            start.wait()
            answer = client.post(f"/api/v1/items/{item_id}/purchase", {"quantity": 1})
        if answer.status == 202:
            promised[answer.data["id"]] = token
        outcomes.add(answer)

    threads = [threading.Thread(target=buy, args=(token,), daemon=True) for token in tokens]
    for thread in threads:
        thread.start()
    start.wait(PATIENCE_SECONDS)
    outcomes.begun = time.perf_counter()
    show_while_running(outcomes, threads)
    return outcomes, promised


def wait_until_written(shop: Shop, promised: dict[str, str]) -> bool:
    """Whether every promised order became `confirmed` in time, as its buyer sees it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    return all(_is_confirmed(shop, token, order_id, deadline) for order_id, token in promised.items())


def _is_confirmed(shop: Shop, token: str, order_id: str, deadline: float) -> bool:
    with Client(shop.bind, token) as client:
        while client.get(f"/api/v1/orders/{order_id}").data.get("status") != "confirmed":
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
    return True


if __name__ == "__main__":
    sys.exit(main())
