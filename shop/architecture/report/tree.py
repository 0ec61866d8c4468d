"""Report view: tree of kinds, files, classes and imports."""

from shop.architecture.report.components import class_summary, module_link
from shop.architecture.report.fact_index import Fact, FactIndex
from shop.architecture.report.markup import Html, count, fold, join, listing, section, tag

SENTENCE = "All kinds with their files, classes and importing lines."

BESIDE = {
    "cli": "the command line",
    "maintenance": "commands on the data of both stores",
    "administration": "operator actions",
    "worker": "runs jobs",
    "app": "composes the web application",
    "container": "builds and wires the classes",
    "core": "foundation without business nouns",
    "migrations": "database schema migrations",
    "architecture": "rules, checks and this report",
    "shop": "package folders",
}


def draw(index: FactIndex) -> Html:
    """Draw every kind that has files."""
    kinds = [_kind(index, kind) for kind in index.kinds if kind in index.files_of]
    return section("files", "Files", SENTENCE, kinds)


def _kind(index: FactIndex, kind: str) -> Html:
    files = index.files_of[kind]
    duty = index.structures[kind]["duty"] if kind in index.structures else BESIDE.get(kind, "")
    number = tag("span", count(len(files), "file"), class_="number")
    summary = (tag("b", kind), tag("span", duty, class_="quiet"), number)
    return fold(summary, [_file(index, file) for file in files], id=f"kind-{kind}")


def _file(index: FactIndex, file: Fact) -> Html:
    size = tag("span", count(file["lines"], "line"), class_="number")
    summary = (tag("code", file["path"]), " ", tag("span", file["sentence"], class_="quiet"), size)
    classes = [
        join([_line(class_fact), class_summary(index, class_fact)])
        for class_fact in index.classes_of.get(file["path"], [])
    ]
    imports = [_import(index, edge) for edge in index.edges_of.get(file["path"], [])]
    return fold(summary, listing(classes), listing(imports, class_="imports"), id=f"file-{file['path']}")


def _import(index: FactIndex, edge: Fact) -> Html:
    mark = "" if edge["granted"] or edge["type_only"] else tag("strong", " ✕ forbidden", class_="violated")
    verb = "names the type of " if edge["type_only"] else "imports "
    return join([_line(edge), verb, module_link(index, edge["imported"]), mark])


def _line(fact: Fact) -> Html:
    return tag("code", f"{fact['line']:>4} ", class_="line")
