"""Report view: tree of kinds, files, classes and imports."""

from shop.architecture.report.components import class_summary, module_link
from shop.architecture.report.fact_index import Fact, FactIndex
from shop.architecture.report.markup import Html, count, fold, join, listing, section, tag

SENTENCE = "From each kind down to its files, their classes and the lines that import."

BESIDE = {
    "cli": "the command line",
    "administration": "what an operator decides",
    "worker": "runs jobs",
    "app": "composes the web application",
    "container": "gives every class its collaborators",
    "core": "the foundation: knows no business noun",
    "migrations": "the schema, step by step",
    "architecture": "the rules, and what draws this page",
    "shop": "the folders themselves",
}


def draw(material: FactIndex) -> Html:
    """Draw every kind that has files."""
    kinds = [_kind(material, kind) for kind in material.kinds if kind in material.files_of]
    return section("files", "Down to the line", SENTENCE, kinds)


def _kind(material: FactIndex, kind: str) -> Html:
    files = material.files_of[kind]
    duty = material.structures[kind]["duty"] if kind in material.structures else BESIDE.get(kind, "")
    number = tag("span", count(len(files), "file"), class_="number")
    summary = (tag("b", kind), tag("span", duty, class_="quiet"), number)
    return fold(summary, [_file(material, file) for file in files], id=f"kind-{kind}")


def _file(material: FactIndex, file: Fact) -> Html:
    size = tag("span", count(file["lines"], "line"), class_="number")
    summary = (tag("code", file["path"]), " ", tag("span", file["sentence"], class_="quiet"), size)
    classes = [
        join([_line(found), class_summary(material, found)]) for found in material.classes_of.get(file["path"], [])
    ]
    imports = [_import(material, edge) for edge in material.edges_of.get(file["path"], [])]
    return fold(summary, listing(classes), listing(imports, class_="imports"), id=f"file-{file['path']}")


def _import(material: FactIndex, edge: Fact) -> Html:
    verdict = "" if edge["granted"] or edge["type_only"] else tag("strong", " ✕ forbidden", class_="violated")
    verb = "names the type of " if edge["type_only"] else "imports "
    return join([_line(edge), verb, module_link(material, edge["imported"]), verdict])


def _line(fact: Fact) -> Html:
    return tag("code", f"{fact['line']:>4} ", class_="line")
