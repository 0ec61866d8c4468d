"""Classes and functions that claim to stand in a file of shop, for guards to be shown."""

import dataclasses
from pathlib import Path
from typing import Any

from shop.container import Container
from shop.core.settings.settings import Settings


def make_container(folder: Path) -> Container:
    """A whole container that reaches no server until somebody asks."""
    container = Container(Settings(var=str(folder)))
    container.build()
    return container


def unit(module: str, name: str, **fields: Any) -> type:
    """A dataclass in a file of shop that need not exist."""
    kind = dataclasses.make_dataclass(name, list(fields.items()))
    kind.__module__ = module
    return kind


def function_in(module: str, source: str, **names: Any) -> Any:
    """The function `speak` of that source, as if it stood in a file of shop."""
    namespace = {"__name__": module, **names}
    exec(compile(source, f"{module.replace('.', '/')}.py", "exec"), namespace)
    return namespace["speak"]
