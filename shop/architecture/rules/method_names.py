"""Rule that method names match their behaviour: find, get, HTTP verbs, run."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.rules.naming import methods_of
from shop.architecture.source.classes import Class, Function, classes_of, kind_of, wired_parts
from shop.architecture.source.names import find_annotation_names, walk_nodes
from shop.architecture.source.source import Sources
from shop.architecture.table import of_module

RULE = "method_names"
HTTP = {"get", "post", "put", "patch", "delete", "head", "options"}
# Words of the database or of nobody; a Repository finds, pages, creates, counts, or does what the business says.
VAGUE_VERBS = {
    "get", "fetch", "list", "load", "query", "select", "filter", "read", "retrieve", "search",
    "insert", "save", "store", "add", "update", "upsert", "set", "execute", "commit", "handle", "process", "do",
}  # fmt: skip


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for methods whose name contradicts their behaviour."""
    rules = {
        "Repository": _check_repository,
        "Service": _check_service,
        "Controller": _check_controller,
        "Job": _check_job,
    }
    parts = wired_parts(sources)
    for source in sources.layers:
        for one in classes_of(source):
            kind = parts.get(one.name)
            if kind and kind.name in rules:
                yield from rules[kind.name](one)


def _check_repository(one: Class) -> Iterator[Finding]:
    for name, method in methods_of(one):
        first = name.partition("_")[0]
        if first in VAGUE_VERBS:
            what = f"{one.short}.{name}: `{first}` is not a Repository's word."
            yield one.source.finding(
                method, RULE, what, "Say find, page, create, exists or count, or the verb of the business."
            )
        if first == "find" and _is_bare_row(one, method):
            what = f"{one.short}.{name} finds, but says that it always finds."
            yield one.source.finding(
                method, RULE, what, "Return `Row | None`, or a collection; raising is a Service's."
            )
        if first == "find" and any(isinstance(node, ast.Raise) for node in walk_nodes(method)):
            what = f"{one.short}.{name} finds, but raises."
            yield one.source.finding(method, RULE, what, "Return None; whether that is a failure, a Service decides.")


def _check_service(one: Class) -> Iterator[Finding]:
    for name, method in methods_of(one):
        if name.partition("_")[0] != "get":
            continue
        if "None" in {str(node.value) for node in _constants(method.returns)}:
            what = f"{one.short}.{name} gets, but may return None."
            yield one.source.finding(method, RULE, what, "Raise a ShopError, or call it find_*.")
        if not any(isinstance(node, (ast.Raise, ast.Call)) for node in walk_nodes(method)):
            what = f"{one.short}.{name} gets, but neither raises nor asks anybody who does."
            yield one.source.finding(method, RULE, what, "Raise a ShopError when there is nothing, or rename it.")


def _check_controller(one: Class) -> Iterator[Finding]:
    for name, method in methods_of(one):
        if name not in HTTP:
            what = f"{one.short}.{name} is no method of HTTP, so no request reaches it."
            yield one.source.finding(method, RULE, what, "Move what it does into a Service, or start it with `_`.")


def _check_job(one: Class) -> Iterator[Finding]:
    if kind_of(one.name) and "run" not in one.methods:
        what = f"{one.short} has no method `run`, which the worker calls."
        yield one.source.finding(one.node, RULE, what, "Call the job's entrance run.")


def _is_bare_row(one: Class, method: Function) -> bool:
    returned = method.returns
    bare = isinstance(returned, (ast.Name, ast.Attribute)) or (
        isinstance(returned, ast.Constant) and isinstance(returned.value, str) and "|" not in returned.value
    )
    structures = (of_module(name.rpartition(".")[0]) for name in find_annotation_names(one.source, returned))
    return bare and any(structure is not None and structure.name == "Model" for structure in structures)


def _constants(annotation: ast.expr | None) -> Iterator[ast.Constant]:
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Constant):
            parts = node.value.split("|") if isinstance(node.value, str) else [node.value]
            yield from (ast.Constant(part.strip() if isinstance(part, str) else part) for part in parts)
