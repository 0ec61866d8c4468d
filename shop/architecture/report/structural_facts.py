"""Structural part of the facts, unchanged by edits inside a function."""

import sys
from typing import Any

Fact = dict[str, Any]
# Structural fields of each list of facts. Lines, sizes and sentences change with every edit.
STRUCTURAL_FIELDS = {
    "structures": ("name", "folder", "suffix", "duty", "may_use"),
    "files": ("path", "kind"),
    "classes": ("name", "module", "collaborators"),
    "edges": ("importer", "imported", "granted", "type_only"),
    "cells": ("importer", "imported", "granted", "edges"),
    "libraries": ("name", "importers"),
    "contracts": ("id", "name", "type", "guidance", "kept"),
    "modules": ("stem", "files", "classes", "tables", "keys", "codes"),
}


def extract_structure(facts: Fact) -> dict[str, list[str]]:
    """Return the facts that do not depend on lines, in stable order."""
    found = {
        name: sorted(_format_fields(keys, fact) for fact in facts[name]) for name, keys in STRUCTURAL_FIELDS.items()
    }
    found["libraries"] = [line for line in found["libraries"] if not _is_standard(line)]
    routes = (route for module in facts["modules"] for route in module["routes"])
    found["routes"] = sorted(_format_fields(("verb", "path", "controller"), route) for route in routes)
    return found


def _format_fields(keys: tuple[str, ...], fact: Fact) -> str:
    return ", ".join(f"{key}: {_to_plain(fact[key])}" for key in keys)


def _to_plain(value: Any) -> Any:
    """Convert a value to the form of a saved report.

    Tuples become lists, names are sorted.
    """
    if isinstance(value, dict):
        return {key: _to_plain(value[key]) for key in sorted(value)}
    return [_to_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _is_standard(line: str) -> bool:
    return line.removeprefix("name: ").partition(",")[0] in sys.stdlib_module_names
