"""Rule against lazy loading: Repositories load all related rows."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.names import dotted
from shop.architecture.source.source import Source, Sources

RULE = "lazy_rows"
RELATIONS = {"sqlalchemy.orm.relationship", "sqlalchemy.orm.backref", "sqlalchemy.orm.dynamic_loader"}
DEFERRED = {"sqlalchemy.orm.deferred", "sqlalchemy.orm.undefer", "sqlalchemy.orm.lazyload"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for relationships and columns that load on access."""
    for source in sources.in_folder("models", "repositories"):
        for call in source.nodes(ast.Call):
            yield from _check_call(source, call)


def _check_call(source: Source, call: ast.Call) -> Iterator[Finding]:
    name = dotted(source, call.func)
    options = {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
    if name in RELATIONS and options.get("lazy") != "raise":
        what = "This relationship loads on access, in any layer."
        yield source.finding(call, RULE, what, 'Set lazy="raise" and load it in the Repository with selectinload.')
    if name in DEFERRED or (options.get("deferred") and not options.get("deferred_raiseload")):
        what = "This column loads on access, in any layer."
        yield source.finding(call, RULE, what, "Load it with its row, or set deferred_raiseload=True.")
