"""Classes and functions that claim to be defined in shop."""

import dataclasses
from pathlib import Path
from typing import Any

from shop.container import Container
from shop.core.settings.settings import Settings


def make_container(folder: Path) -> Container:
    """Build a container whose classes connect to no server."""
    container = Container(Settings(var=str(folder)))
    container.build()
    return container


def unit(module: str, name: str, **fields: Any) -> type:
    """Make a dataclass that claims to be defined in a module."""
    kind = dataclasses.make_dataclass(name, list(fields.items()))
    kind.__module__ = module
    return kind


def function_in(module: str, source: str, **names: Any) -> Any:
    """Compile the function `speak` as if its module defined it."""
    namespace = {"__name__": module, **names}
    exec(compile(source, f"{module.replace('.', '/')}.py", "exec"), namespace)
    return namespace["speak"]
