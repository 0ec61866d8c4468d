"""Rule that Schemas declare fields and compute nothing."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.names import dotted
from shop.architecture.source.source import Sources

RULE = "plain_schemas"
COMPUTED = {"marshmallow.fields.Method", "marshmallow.fields.Function"}
BELOW = "Compute it in a Combination or a Service, and let the Schema name the finished value."


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for functions and computed fields in Schemas."""
    for source in sources.in_folder("schemas"):
        for function in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
            yield source.finding(function, RULE, "A Schema has a function.", BELOW)
        for call in source.nodes(ast.Call):
            if dotted(source, call.func) in COMPUTED:
                yield source.finding(call, RULE, "A field of a Schema is computed.", BELOW)
