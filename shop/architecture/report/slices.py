"""Report view: one slice through all layers for each noun."""

from collections.abc import Iterator

from shop.architecture.report.components import class_summary, file_link
from shop.architecture.report.fact_index import Fact, FactIndex
from shop.architecture.report.markup import Html, count, fold, listing, pairs, section, table, tag

SENTENCE = "One noun, one unit in each layer it needs: a dot is a unit, a row is a module, and below is all it holds."

COUNTED = (("files", "file"), ("classes", "class"), ("routes", "route"), ("keys", "key"), ("codes", "code"))


def draw(material: FactIndex) -> Html:
    """Draw the slices side by side, then one by one."""
    modules = material.facts["modules"]
    kinds = [kind for kind in material.kinds if kind in material.structures and kind in material.files_of]
    rows = [
        (tag("a", found["stem"], href=f"#module-{found['stem']}"), *_dots(material, found, kinds)) for found in modules
    ]
    slices = tag("div", table(("module", *kinds), rows), class_="slices")
    return section("modules", "The modules", SENTENCE, slices, [_module(material, found) for found in modules])


def _dots(material: FactIndex, found: Fact, kinds: list[str]) -> list[Html | str]:
    there: dict[str, str] = {}
    for path in found["files"]:
        # The first is the file itself, or the face of a unit that is a folder.
        there.setdefault(material.kind_of[path], path)
    return [
        tag("a", "●", href=f"#file-{there[kind]}", aria_label=f"{kind}: {there[kind]}") if kind in there else ""
        for kind in kinds
    ]


def _module(material: FactIndex, found: Fact) -> Html:
    counts = ", ".join(count(len(found[key]), noun) for key, noun in COUNTED if found[key])
    summary = (tag("b", found["stem"]), tag("span", counts, class_="number"))
    return fold(summary, pairs(_parts(material, found)), id=f"module-{found['stem']}")


def _parts(material: FactIndex, found: Fact) -> Iterator[tuple[str, Html | str]]:
    yield "Files", listing(file_link(path) for path in found["files"])
    yield "Classes", listing(_classes(material, found))
    yield "Routes", table(("route", "what it does", "where"), [_route(route) for route in found["routes"]])
    yield "Tables", ", ".join(found["tables"])
    keys = [(tag("code", key["template"]), key["name"], key["life"] or "stays") for key in found["keys"]]
    yield "Keys", table(("template", "name", "lives"), keys)
    codes = [(code["number"], code["sentence"], code["name"]) for code in found["codes"]]
    yield "Codes", table(("number", "sentence", "name"), codes)


def _route(route: Fact) -> tuple[Html, str, str]:
    return tag("code", f"{route['verb']} {route['path']}"), route["summary"], f"{route['controller']}:{route['line']}"


def _classes(material: FactIndex, found: Fact) -> list[Html]:
    return [class_summary(material, each) for path in found["files"] for each in material.classes_of.get(path, [])]
