"""Campaign of shared idempotency keys while web servers die and freeze.

`python -m tests.chaos.key_campaign` exits with 1 when a key has two effects, two responses, or none.
"""

import http.client
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import click

from tests.chaos.harness.environment import ENV
from tests.http.support.idempotent_writes import DRAFT, Write, drafts
from tests.http.support.shop import Shop
from tests.support.processes import process_groups as groups
from tests.support.processes.processes import Service
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

GROUPS, CLIENTS = 4, 3
WEBS = ("web", "web.2")
STUCK_SECONDS = 45.0
PAUSE_SECONDS = 0.05
SETTINGS = {
    **ENV,
    "SHOP_WEB_STOP_SECONDS": "1",
    "SHOP_IDEMPOTENCY_LEASE_SECONDS": "2",
    "SHOP_IDEMPOTENCY_WAIT_SECONDS": "0.5",
}


class Campaign:
    """Keys and the responses that their clients got.

    `answers`: key -> bodies of the successful responses.
    """

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.random = shop, random.Random(seed)
        self.answers: dict[str, list[bytes]] = defaultdict(list)
        self.stuck: list[str] = []
        self.faults = 0
        self._stopped = threading.Event()

    def run(self, seconds: float) -> list[str]:
        """Run clients and faults for this time and return the violations."""
        groups = [threading.Thread(target=self._work, args=(self.shop.admin(),)) for _ in range(GROUPS)]
        for group in groups:
            group.start()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._inject_fault()
        # Granian ends with its second crash within seconds; without a server the last clients would wait for nothing.
        for web in WEBS:
            self._revive(web)
        self._stopped.set()
        for group in groups:
            group.join()
        return list(self._find_violations())

    def _inject_fault(self) -> None:
        web = self.random.choice(WEBS)
        self._revive(web)
        process = self.shop.service.process(web)
        draw = self.random.random()
        if draw < 0.6:
            # Kill a serving process; the leader starts another one.
            workers = [pid for pid in groups.find_members(process.pid) if pid != process.pid]
            with suppress(ProcessLookupError):
                os.kill(self.random.choice(workers or [process.pid]), signal.SIGKILL)
        elif draw < 0.7:
            process.kill()
            process.start()
        else:
            process.freeze()
            # Longer than a lease: another process takes over its work.
            time.sleep(self.random.uniform(0.2, 3.0))
            process.thaw()
        self.faults += 1
        time.sleep(self.random.uniform(0.1, 0.5))

    def _revive(self, web: str) -> None:
        process = self.shop.service.process(web)
        if not process.running:
            process.kill()
            process.start()

    def _work(self, token: str) -> None:
        while not self._stopped.is_set():
            # The key is also the name of the item, so that its effects can be counted.
            key = uuid4().hex
            write = Write(token, key, words={**DRAFT, "name": key})
            clients = [threading.Thread(target=self._retry, args=(write,)) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()

    def _retry(self, write: Write) -> None:
        deadline, number = time.monotonic() + STUCK_SECONDS, random.randrange(len(WEBS))
        while time.monotonic() < deadline:
            if body := self._send(write._replace(web=WEBS[number % len(WEBS)])):
                self.answers[write.key or ""].append(body)
                return
            number += 1
            time.sleep(PAUSE_SECONDS)
        self.stuck.append(write.key or "")

    def _send(self, write: Write) -> bytes | None:
        try:
            answer = write.send(self.shop, 5.0)
        except (OSError, http.client.HTTPException):
            return None
        return answer.body if answer.status == 201 else None

    def _find_violations(self) -> Iterator[str]:
        yield from (f"The key {key} is stuck." for key in self.stuck)
        for key, bodies in self.answers.items():
            if (count := drafts(self.shop, key)) != 1:
                yield f"The key {key} has {count} effects."
            if len(set(bodies)) != 1:
                yield f"The key {key} was answered in {len(set(bodies))} ways."


@contextmanager
def start_two_web_servers(folder: Path) -> Iterator[Shop]:
    """Start two web servers on stores of their own."""
    valkey = Valkey.create(fsync="everysec")
    mariadb = MariaDB.create()
    shop = Shop(Service(folder, create_database(mariadb.url(), "keys"), valkey.url, SETTINGS)).prepare()
    try:
        shop.service.start(*WEBS)
        yield shop
    finally:
        shop.close()
        mariadb.destroy()
        valkey.destroy()


@click.command()
@click.option("--seed", default=1, show_default=True, help="Seed of the faults.")
@click.option(
    "--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 7200), help="Duration of the campaign."
)
def main(*, seed: int, seconds: float) -> None:
    """Kill and freeze web servers under clients that share their keys."""
    with start_two_web_servers(Path(tempfile.mkdtemp(prefix="shop-keys-"))) as shop:
        campaign = Campaign(shop, seed)
        violations = campaign.run(seconds)
    click.echo(f"seed {seed}: {len(campaign.answers)} keys, {CLIENTS} clients each, {campaign.faults} faults")
    click.echo("\n".join(violations) or "Each key has one effect and one answer; none is stuck.")
    sys.exit(bool(violations))


if __name__ == "__main__":
    main()
