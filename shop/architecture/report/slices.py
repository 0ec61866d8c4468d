"""Report view: one slice through all layers for each noun."""

from collections.abc import Iterator

from shop.architecture.report.components import class_summary, file_link
from shop.architecture.report.fact_index import Fact, FactIndex
from shop.architecture.report.markup import Html, count, fold, listing, pairs, section, table, tag

SENTENCE = "One row for each noun, one dot for each of its units; the contents follow below."

COUNTED = (("files", "file"), ("classes", "class"), ("routes", "route"), ("keys", "key"), ("codes", "code"))


def draw(index: FactIndex) -> Html:
    """Draw the slices side by side, then one by one."""
    modules = index.facts["modules"]
    kinds = [kind for kind in index.kinds if kind in index.structures and kind in index.files_of]
    rows = [
        (tag("a", module["stem"], href=f"#module-{module['stem']}"), *_dots(index, module, kinds)) for module in modules
    ]
    slices = tag("div", table(("module", *kinds), rows), class_="slices")
    return section("modules", "The modules", SENTENCE, slices, [_module(index, module) for module in modules])


def _dots(index: FactIndex, module: Fact, kinds: list[str]) -> list[Html | str]:
    first_paths: dict[str, str] = {}
    for path in module["files"]:
        # The first path is the file itself, or the face of a unit that is a folder.
        first_paths.setdefault(index.kind_of[path], path)
    return [
        tag("a", "●", href=f"#file-{first_paths[kind]}", aria_label=f"{kind}: {first_paths[kind]}")
        if kind in first_paths
        else ""
        for kind in kinds
    ]


def _module(index: FactIndex, module: Fact) -> Html:
    counts = ", ".join(count(len(module[key]), noun) for key, noun in COUNTED if module[key])
    summary = (tag("b", module["stem"]), tag("span", counts, class_="number"))
    return fold(summary, pairs(_parts(index, module)), id=f"module-{module['stem']}")


def _parts(index: FactIndex, module: Fact) -> Iterator[tuple[str, Html | str]]:
    yield "Files", listing(file_link(path) for path in module["files"])
    yield "Classes", listing(_classes(index, module))
    yield "Routes", table(("route", "summary", "line"), [_route(route) for route in module["routes"]])
    yield "Tables", ", ".join(module["tables"])
    keys = [(tag("code", key["template"]), key["name"], key["life"] or "stays") for key in module["keys"]]
    yield "Keys", table(("template", "name", "lives"), keys)
    codes = [(code["number"], code["sentence"], code["name"]) for code in module["codes"]]
    yield "Codes", table(("number", "sentence", "name"), codes)


def _route(route: Fact) -> tuple[Html, str, str]:
    return tag("code", f"{route['verb']} {route['path']}"), route["summary"], f"{route['controller']}:{route['line']}"


def _classes(index: FactIndex, module: Fact) -> list[Html]:
    return [class_summary(index, each) for path in module["files"] for each in index.classes_of.get(path, [])]
