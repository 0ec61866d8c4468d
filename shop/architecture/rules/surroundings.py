"""Rule against threads, files, sockets, environment and clocks in layers."""

from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.source import Sources

RULE = "surroundings"
BANS = (
    BannedName(
        ("threading", "multiprocessing", "concurrent", "asyncio", "subprocess", "signal", "sched", "queue"),
        "`{word}` starts work outside of transactions and workers.",
        "Enqueue a Job after the commit.",
    ),
    BannedName(
        ("socket", "http.client", "http.server", "urllib.request", "smtplib", "ftplib", "xmlrpc"),
        "`{word}` calls another machine during a transaction.",
        "Move it to a Job after the commit, with a client of the core.",
    ),
    BannedName(
        ("os", "sys", "shutil", "tempfile", "glob", "open", "input"),
        "`{word}` makes the result depend on the machine.",
        "Add a setting to shop.core.settings.settings and take Settings as a collaborator.",
    ),
    BannedName(("print",), "`{word}` writes to an output without a reader.", "Log it, or print it in shop.cli."),
    BannedName(
        (
            "datetime.datetime.now",
            "datetime.datetime.utcnow",
            "datetime.datetime.today",
            "datetime.date.today",
            "time.time",
            "time.time_ns",
            "time.localtime",
            "time.gmtime",
            "time.ctime",
            "uuid.uuid1",
        ),
        "`{word}` reads a clock that tests cannot set.",
        "Use shop.core.clock.Clock as a collaborator, or take the time as an argument.",
    ),
    BannedName(
        ("time.sleep", "time.monotonic", "time.perf_counter"),
        "`{word}` blocks a thread of the server.",
        "Wait in a Job, or through shop.core.resilience.bounded_wait, which is bounded.",
        ("shop.jobs",),
    ),
)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for uses of the surroundings in a layer."""
    return find_banned_names(sources, BANS, RULE)
