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
# Verbs of a database, or without meaning; a Repository finds, pages, creates, counts, or uses a business verb.
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
        for cls in classes_of(source):
            kind = parts.get(cls.name)
            if kind and kind.name in rules:
                yield from rules[kind.name](cls)


def _check_repository(cls: Class) -> Iterator[Finding]:
    for name, method in methods_of(cls):
        first = name.partition("_")[0]
        if first in VAGUE_VERBS:
            what = f"{cls.short}.{name}: `{first}` is no verb of a Repository."
            yield cls.source.finding(method, RULE, what, "Use find, page, create, exists or count, or a business verb.")
        if first == "find" and _is_bare_row(cls, method):
            what = f"{cls.short}.{name} finds, but cannot return None."
            yield cls.source.finding(method, RULE, what, "Return `Row | None` or a collection; a Service raises.")
        if first == "find" and any(isinstance(node, ast.Raise) for node in walk_nodes(method)):
            what = f"{cls.short}.{name} finds, but raises."
            yield cls.source.finding(method, RULE, what, "Return None; a Service decides whether to raise.")


def _check_service(cls: Class) -> Iterator[Finding]:
    for name, method in methods_of(cls):
        if name.partition("_")[0] != "get":
            continue
        if "None" in {str(node.value) for node in _constants(method.returns)}:
            what = f"{cls.short}.{name} gets, but may return None."
            yield cls.source.finding(method, RULE, what, "Raise a ShopError, or call it find_*.")
        if not any(isinstance(node, (ast.Raise, ast.Call)) for node in walk_nodes(method)):
            what = f"{cls.short}.{name} gets, but neither raises nor calls a method."
            yield cls.source.finding(method, RULE, what, "Raise a ShopError when there is nothing, or rename it.")


def _check_controller(cls: Class) -> Iterator[Finding]:
    for name, method in methods_of(cls):
        if name not in HTTP:
            what = f"{cls.short}.{name} is no HTTP method, so no request reaches it."
            yield cls.source.finding(method, RULE, what, "Move its code into a Service, or start its name with `_`.")


def _check_job(cls: Class) -> Iterator[Finding]:
    if kind_of(cls.name) and "run" not in cls.methods:
        what = f"{cls.short} has no method `run`, which the worker calls."
        yield cls.source.finding(cls.node, RULE, what, "Name the entry point of the job `run`.")


def _is_bare_row(cls: Class, method: Function) -> bool:
    returned = method.returns
    bare = isinstance(returned, (ast.Name, ast.Attribute)) or (
        isinstance(returned, ast.Constant) and isinstance(returned.value, str) and "|" not in returned.value
    )
    structures = (of_module(name.rpartition(".")[0]) for name in find_annotation_names(cls.source, returned))
    return bare and any(structure is not None and structure.name == "Model" for structure in structures)


def _constants(annotation: ast.expr | None) -> Iterator[ast.Constant]:
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Constant):
            parts = node.value.split("|") if isinstance(node.value, str) else [node.value]
            yield from (ast.Constant(part.strip() if isinstance(part, str) else part) for part in parts)
