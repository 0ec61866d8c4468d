"""Rule that collaborators come from the container, never by hand."""

import ast
from collections.abc import Iterator
from functools import cache

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.classes import WIRED_STRUCTURES, Class, classes_of, is_wired, wired_parts
from shop.architecture.source.names import dotted, walk_nodes
from shop.architecture.source.source import Source, Sources

RULE = "hand_wiring"
FIELD = "Declare a dataclass field, typed by the class; the container fills it if the table permits it."
SHARED = "All threads share an instance: pass values as arguments and return them."
# Collaborators of the core: one instance of each per app.
FOUNDATION = {
    f"shop.core.{name}"
    for name in (
        "auth.session_watch.SessionWatch",
        "auth.tenant_resolver.TenantResolver",
        "clock.Clock",
        "crypto.passwords.Passwords",
        "crypto.tokens.Tokens",
        "database.engine.Database",
        "idempotency.guard.IdempotencyGuard",
        "jobs.queue.JobQueue",
        "logging.search.LogSearch",
        "metrics.metrics.Metrics",
        "operations.health.Health",
        "operations.store_check.StoreCheck",
        "pagination.cursor.CursorSigner",
        "rate_limiting.limiter.RateLimiter",
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
        "`{word}` leads to the container.",
        FIELD,
        ("shop.app", "shop.cli", "shop.worker", "shop.container", "shop.core", "shop.migrations", "shop.architecture"),
    ),
    BannedName(("object.__setattr__", ".__setattr__"), "`{word}` changes a finished object.", SHARED),
)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for collaborators that do not come from the container."""
    yield from find_banned_names(sources, BANS, RULE)
    wired = {name for name, structure in wired_parts(sources).items() if structure.name in WIRED_STRUCTURES}
    for source in sources.layers:
        yield from _check_file(source)
        for cls in classes_of(source):
            if cls.name in wired:
                yield from _check_class(cls)


@cache
def _check_file(source: Source) -> tuple[Finding, ...]:
    return (*_check_calls(source), *_check_shared_state(source))


@cache
def _check_class(cls: Class) -> tuple[Finding, ...]:
    return (*_check_built_by_hand(cls), *_check_field_types(cls), *_check_written_init(cls))


def _check_calls(source: Source) -> Iterator[Finding]:
    for call in source.nodes(ast.Call):
        name = dotted(source, call.func)
        if is_wired(name) or name in FOUNDATION:
            yield source.finding(call, RULE, f"{name.rpartition('.')[2]} is built by hand.", FIELD)


def _check_shared_state(source: Source) -> Iterator[Finding]:
    for node in source.nodes(ast.Global):
        yield source.finding(node, RULE, f"{', '.join(node.names)} is shared by every thread and app.", SHARED)
    for attribute in source.nodes(ast.Attribute):
        owner = dotted(source, attribute.value)
        if isinstance(attribute.ctx, (ast.Store, ast.Del)) and owner.startswith("shop."):
            what = f"{owner.rpartition('.')[2]}.{attribute.attr} is changed for all threads and apps."
            yield source.finding(attribute, RULE, what, SHARED)


def _check_built_by_hand(cls: Class) -> Iterator[Finding]:
    for name in ("__init__", "__new__", "__post_init__", "__getattr__", "__getattribute__", "__setattr__"):
        if name in cls.methods:
            what = f"{cls.short} has its own {name}, which bypasses the wiring."
            yield cls.source.finding(cls.methods[name], RULE, what, FIELD)


def _check_field_types(cls: Class) -> Iterator[Finding]:
    for part in cls.node.body:
        if not isinstance(part, ast.AnnAssign) or part.value is not None:
            continue
        annotation = ast.unparse(part.annotation)
        plain = isinstance(part.annotation, (ast.Name, ast.Attribute, ast.Constant)) or annotation.startswith(
            "ClassVar"
        )
        if not plain or annotation in {"Any", "object", "typing.Any", "type"}:
            what = f"{cls.short}.{ast.unparse(part.target)} is `{annotation}`, so the container cannot check it."
            yield cls.source.finding(part, RULE, what, FIELD)


def _check_written_init(cls: Class) -> Iterator[Finding]:
    for node in walk_nodes(cls.node):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)) and _is_own(node.value):
            yield cls.source.finding(node, RULE, f"{cls.short} changes itself: self.{node.attr}.", SHARED)
        set_by_name = isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr"
        if isinstance(node, ast.Call) and set_by_name and node.args and _is_own(node.args[0]):
            yield cls.source.finding(node, RULE, f"{cls.short} changes itself.", SHARED)


def _is_own(node: ast.expr) -> bool:
    """Return True for `self` and its attributes."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id == "self"
