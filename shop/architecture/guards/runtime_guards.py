"""Access table checks of a built container: providers and instances.

A sibling may arrive by constructor, attribute, list, bound method or closure without any import. Tests run these guards
after an app was built; production does not. Objects of libraries are not traversed.
"""

import inspect
from collections.abc import Iterator
from typing import Any, Protocol

from shop.architecture.audit.access_paths import find_broken_rule, suggest_alternative, with_article
from shop.architecture.finding import Finding
from shop.architecture.guards.caller_attribution import relative_path
from shop.architecture.guards.object_parts import class_parts, parts_of
from shop.architecture.source.module_kinds import grants, is_structure, kind_of
from shop.architecture.table import structure
from shop.architecture.units import share_unit

OBJECTS = "object_graph"
PROVIDERS = "provider_graph"
LIBRARY = "dependency_injector"


class ContainerLike(Protocol):
    """Protocol of an app's container."""

    @property
    def providers(self) -> Any:
        """Container of dependency-injector, with a provider for each class."""


def check_objects(container: ContainerLike) -> list[Finding]:
    """Find instances that hold an object without a grant."""
    roots = [provider() for provider in _providers(container)]
    return sorted(set(_ObjectWalk(container, roots).findings()))


def check_providers(container: ContainerLike) -> list[Finding]:
    """Find providers that give a class an object without a grant."""
    return sorted({finding for provider in _providers(container) for finding in _check_provider(provider)})


class _ObjectWalk:
    """Traversal of everything that the instances of a container hold.

    Each root and each instance of a structure is checked for its own parts.
    """

    def __init__(self, container: ContainerLike, roots: list[Any]) -> None:
        self.forbidden = {id(container), id(container.providers)}
        self.holders = [root for root in roots if kind_of(type(root).__module__)]
        self.known = {id(holder) for holder in self.holders}
        self.permitted: dict[tuple[type, Any], bool] = {}

    def findings(self) -> Iterator[Finding]:
        for holder in self.holders:  # grows: an instance that is found has parts of its own
            seen = {id(holder): holder}  # kept alive, so that its id is not reused
            pending = [*parts_of(holder), *class_parts(type(holder))]
            while pending:
                path, part = pending.pop()
                if id(part) in seen:
                    continue
                seen[id(part)] = part
                if finding := self._check(holder, path, part):
                    yield finding
                elif not self._has_own_check(holder, part):
                    pending += [(path + more, inner) for more, inner in parts_of(part)]

    def _check(self, holder: Any, path: str, part: Any) -> Finding | None:
        owner = part if isinstance(part, type) else type(part)
        if id(part) in self.forbidden or owner.__module__.partition(".")[0] == LIBRARY:
            return _report_container(holder, path)
        if not self._may_hold(type(holder), _unit(part)):
            return _finding(OBJECTS, type(holder), f"{type(holder).__name__}{path} holds", _unit(part))
        return None

    def _may_hold(self, holder: type, held: Any) -> bool:
        pair = (holder, held)
        if pair not in self.permitted:
            self.permitted[pair] = may_hold(*pair)
        return self.permitted[pair]

    def _has_own_check(self, holder: Any, part: Any) -> bool:
        kind = kind_of(type(part).__module__)
        if id(part) not in self.known and is_structure(kind) and type(part) is not type(holder):
            self.known.add(id(part))
            self.holders.append(part)
        return id(part) in self.known


def may_hold(holder: type, held: Any) -> bool:
    """Return True when one class may hold an object of the other.

    `held` is a class or a function.
    """
    importer, imported = kind_of(holder.__module__), kind_of(getattr(held, "__module__", None) or "")
    if not imported or held in holder.__mro__:
        return True
    if holder.__module__ == held.__module__ or share_unit(holder.__module__, held.__module__):
        return not (_is_unit(holder) and _is_unit(held))
    return grants(importer, imported)


def _is_unit(kind: Any) -> bool:
    row = kind_of(kind.__module__)
    suffix = structure(row).suffix if is_structure(row) else ""
    return bool(suffix) and isinstance(kind, type) and kind.__name__.endswith(suffix)


def _unit(part: Any) -> Any:
    """Return the class or function whose module counts.

    A function counts for its file, an object for its class.
    """
    return part if isinstance(part, type) or inspect.isfunction(part) else type(part)


def _providers(container: ContainerLike) -> list[Any]:
    return [provider for provider in container.providers.providers.values() if type(provider).__name__ != "Self"]


def _check_provider(provider: Any) -> Iterator[Finding]:
    holder = provider.provides if isinstance(getattr(provider, "provides", None), type) else None
    if holder is None or not kind_of(holder.__module__):
        return
    # A stand-in for the class itself is checked where it is given.
    pending = [part for part in provider.related if part not in provider.overridden]
    seen = {id(provider)}
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        pending += part.overridden
        held = getattr(part, "provides", None)
        if "Delegate" in type(part).__name__ or type(part).__name__ in {"Self", "Container"}:
            yield _report_container(holder, f" (by {type(part).__name__})", PROVIDERS)
        elif held is None or not kind_of(getattr(_unit(held), "__module__", "") or ""):
            pending += part.related
        elif not may_hold(holder, _unit(held)):
            yield _finding(PROVIDERS, holder, f"{holder.__name__} is given", _unit(held))


def _report_container(holder: Any, path: str, rule: str = OBJECTS) -> Finding:
    kind = holder if isinstance(holder, type) else type(holder)
    what = f"{kind.__name__}{path} leads to the container, which gives access to every class."
    return Finding(*_place(kind), rule, what, "Declare each collaborator as a dataclass field, typed by its class.")


def _finding(rule: str, holder: type, verb: str, held: Any) -> Finding:
    importer, imported = kind_of(holder.__module__), kind_of(held.__module__)
    if is_structure(importer) and is_structure(imported):
        rule_name, advice = find_broken_rule(importer, imported), suggest_alternative(importer, imported)
    else:
        rule_name, advice = "not on the table", "Pass the value in from above."
    what = (
        f"{verb} {held.__qualname__}, but {with_article(importer)} may not use {with_article(imported)} ({rule_name})."
    )
    return Finding(*_place(holder), rule, what, advice)


def _place(kind: type) -> tuple[str, int]:
    try:
        return relative_path(inspect.getsourcefile(kind) or kind.__module__), inspect.getsourcelines(kind)[1]
    except (OSError, TypeError):  # a class without a source file
        return f"{kind.__module__.replace('.', '/')}.py", 1
