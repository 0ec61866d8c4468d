"""Rule against imports and attributes by text, invisible to the contracts."""

import ast
import re
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.banned_names import BannedName, find_banned_names
from shop.architecture.source.names import find_string_literals
from shop.architecture.source.source import Source, Sources

RULE = "dynamic_code"
IMPORT = "Import it at the top of the file, by name; the container finds the classes of the layers."
ADVICE = "Write the attribute's name in the code; use a dictionary or a match for a choice."
# The container finds classes, the worker and the command line start them, the architecture checks them.
FINDER_FUNCTIONS = ("shop.container", "shop.cli", "shop.worker", "shop.architecture")
_MODULE = re.compile(r"shop(\.[a-z_0-9]+)+(\.[A-Za-z_0-9]+)?")
BANS = (
    BannedName(
        ("importlib", "pkgutil", "runpy", "imp", "zipimport", "__import__", "werkzeug.utils.import_string"),
        "`{word}` imports code that no contract sees.",
        IMPORT,
        FINDER_FUNCTIONS,
        everywhere=True,
    ),
    BannedName(
        ("exec", "eval", "compile", "pickle", "marshal", "ctypes"),
        "`{word}` runs or finds code that no contract reads.",
        "Write the code in a file.",
        ("shop.architecture",),
        everywhere=True,
    ),
    BannedName(
        ("gc",),
        "`{word}` finds objects that no contract reads.",
        "Take the object from the container.",
        # It only tells the collector which objects to leave alone.
        ("shop.architecture", "shop.core.operations.heap"),
        everywhere=True,
    ),
    BannedName(
        ("sys.modules", "sys.path", "sys.meta_path", "sys.path_hooks", "globals", "__builtins__", "__loader__"),
        "`{word}` bypasses the imports.",
        IMPORT,
        ("shop.architecture",),
        everywhere=True,
    ),
    BannedName(
        (".__globals__", ".__subclasses__", ".__builtins__", ".__code__", ".__closure__", ".__loader__"),
        "`{word}` bypasses the imports.",
        IMPORT,
        ("shop.architecture",),
        everywhere=True,
    ),
    BannedName(
        (
            "getattr",
            "delattr",
            "vars",
            "locals",
            "inspect",
            "typing.get_type_hints",
            "dataclasses.fields",
            "operator.attrgetter",
            "operator.methodcaller",
            ".__getattribute__",
        ),
        "`{word}` reads an attribute by text.",
        ADVICE,
    ),
    BannedName(
        (".__class__", ".__dict__", ".__mro__", ".__bases__", ".__self__", ".__func__", ".__wrapped__"),
        "`{word}` reads the internals of an object.",
        "Use the public methods of the object.",
    ),
)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for code that is looked up at run time."""
    yield from find_banned_names(sources, BANS, RULE)
    for source in sources.layers:
        yield from _check_spelling(source)
        yield from _class_of_a_row(source)


def _check_spelling(source: Source) -> Iterator[Finding]:
    for text in find_string_literals(source):
        if _MODULE.fullmatch(str(text.value)):
            yield source.finding(text, RULE, f"{text.value!r} is the name of a module as text.", IMPORT)


def _class_of_a_row(source: Source) -> Iterator[Finding]:
    for call in source.nodes(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == "type" and len(call.args) == 1:
            yield source.finding(
                call,
                RULE,
                "`type` returns the class of an object, which is the Model for a row.",
                "Use the public methods of the object, or the Repository.",
            )
