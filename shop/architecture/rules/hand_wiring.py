"""Rule that collaborators come from the container, never by hand."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.classes import WIRED_STRUCTURES, Class, classes_of, is_wired, wired_parts
from shop.architecture.source.names import dotted, walk_nodes
from shop.architecture.source.source import Source, Sources

RULE = "hand_wiring"
FIELD = "Declare a dataclass field, typed by the class; the container fills it if the table allows it."
SHARED = "An instance serves all threads at once: pass values as arguments, and return them."
# What the core offers as collaborators: one of each for an app.
FOUNDATION = {
    f"shop.core.{name}"
    for name in (
        "auth.session_watch.SessionWatch",
        "auth.tenant_resolver.Tenancy",
        "clock.Clock",
        "crypto.passwords.Passwords",
        "crypto.tokens.Tokens",
        "database.engine.Database",
        "idempotency.guard.Idempotency",
        "jobs.queue.JobQueue",
        "logging.search.LogSearch",
        "metrics.metrics.Metrics",
        "operations.health.Health",
        "operations.store_check.StoreCheck",
        "pagination.cursor.CursorSigner",
        "rate_limiting.limiter.Limits",
        "redis.stores.RedisStores",
        "resilience.bounded_wait.BoundedWait",
        "settings.settings.Settings",
        "settings.settings.Settings.load",
        "validation.choices.Choices",
    )
}
BANS = (
    BannedName(
        ("shop.container", "dependency_injector", "flask.current_app", ".extensions", "shop.app", "shop.worker"),
        "`{word}` is a way to the container.",
        FIELD,
        ("shop.app", "shop.cli", "shop.worker", "shop.container", "shop.core", "shop.migrations", "shop.architecture"),
    ),
    BannedName(("object.__setattr__", ".__setattr__"), "`{word}` writes on to a finished object.", SHARED),
)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for collaborators that do not come from the container."""
    yield from find_banned_names(sources, BANS, RULE)
    wired = {name for name, structure in wired_parts(sources).items() if structure.name in WIRED_STRUCTURES}
    for source in sources.layers:
        yield from _check_calls(source)
        yield from _shared(source)
        for one in classes_of(source):
            if one.name in wired:
                yield from _check_built_by_hand(one)
                yield from _unwirable(one)
                yield from _check_written_init(one)


def _check_calls(source: Source) -> Iterator[Finding]:
    for call in source.nodes(ast.Call):
        name = dotted(source, call.func)
        if is_wired(name) or name in FOUNDATION:
            yield source.finding(call, RULE, f"{name.rpartition('.')[2]} is made by hand.", FIELD)


def _shared(source: Source) -> Iterator[Finding]:
    for node in source.nodes(ast.Global):
        yield source.finding(node, RULE, f"{', '.join(node.names)} is shared by every thread and app.", SHARED)
    for attribute in source.nodes(ast.Attribute):
        owner = dotted(source, attribute.value)
        if isinstance(attribute.ctx, (ast.Store, ast.Del)) and owner.startswith("shop."):
            what = f"{owner.rpartition('.')[2]}.{attribute.attr} is changed for everybody."
            yield source.finding(attribute, RULE, what, SHARED)


def _check_built_by_hand(one: Class) -> Iterator[Finding]:
    for name in ("__init__", "__new__", "__post_init__", "__getattr__", "__getattribute__", "__setattr__"):
        if name in one.methods:
            what = f"{one.short} has a {name} of its own, which the wiring cannot see."
            yield one.source.finding(one.methods[name], RULE, what, FIELD)


def _unwirable(one: Class) -> Iterator[Finding]:
    for part in one.node.body:
        if not isinstance(part, ast.AnnAssign) or part.value is not None:
            continue
        said = ast.unparse(part.annotation)
        plain = isinstance(part.annotation, (ast.Name, ast.Attribute, ast.Constant)) or said.startswith("ClassVar")
        if not plain or said in {"Any", "object", "typing.Any", "type"}:
            what = f"{one.short}.{ast.unparse(part.target)} is `{said}`, so anything could be put into it."
            yield one.source.finding(part, RULE, what, FIELD)


def _check_written_init(one: Class) -> Iterator[Finding]:
    for node in walk_nodes(one.node):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)) and _is_own(node.value):
            yield one.source.finding(node, RULE, f"{one.short} changes itself: self.{node.attr}.", SHARED)
        set_by_name = isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr"
        if isinstance(node, ast.Call) and set_by_name and node.args and _is_own(node.args[0]):
            yield one.source.finding(node, RULE, f"{one.short} changes itself.", SHARED)


def _is_own(node: ast.expr) -> bool:
    """Return True for `self` and its attributes."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id == "self"
