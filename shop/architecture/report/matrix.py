"""Report view: access matrix with a panel for each cell."""

from shop.architecture.report.components import collaborator_list, contract_summary, file_link, module_link
from shop.architecture.report.fact_index import Cell, Fact, FactIndex
from shop.architecture.report.markup import Html, count, join, listing, section, tag

SENTENCE = (
    "A row imports a column: a number counts real imports, a dot is a grant nobody uses, an empty cell is forbidden "
    "and kept, ✕ is forbidden and done. Open a cell to see the lines and the rule; arrow keys move."
)
LEGEND = (
    ("used w3", "7", "granted, used so often (the more, the stronger)"),
    ("unused", "·", "granted, not used"),
    ("clean", "", "forbidden, kept"),
    ("clean", "°", "forbidden, only named as a type"),
    ("violated", "✕1", "forbidden, violated"),
)
LEVELS = 5


def draw(material: FactIndex) -> Html:
    """Draw the matrix, its cell panels and its column panels."""
    corner = tag("td", tag("span", "imports", class_="quiet"))
    heads = [tag("th", tag("span", kind), scope="col") for kind in material.kinds]
    rows = [_row(material, importer) for importer in material.kinds]
    grid = tag("table", tag("thead", tag("tr", corner, heads)), tag("tbody", rows), class_="matrix", id="grid")
    scroller = tag("div", grid, class_="wide")
    columns = [_column_panel(material, kind) for kind in material.kinds]
    cells = [_cell_panel(material, material.cells[pair], edges) for pair, edges in sorted(material.edges.items())]
    return section("matrix", "Who imports whom", SENTENCE, _legend(), scroller, columns, cells)


def _legend() -> Html:
    return listing(
        ((tag("i", sign, class_=style, aria_hidden="true"), words) for style, sign, words in LEGEND), class_="legend"
    )


def _row(material: FactIndex, importer: str) -> Html:
    cells = [_cell(material, material.cells[importer, imported]) for imported in material.kinds]
    return tag("tr", tag("th", importer, scope="row"), cells)


def _cell(material: FactIndex, cell: Cell) -> Html:
    pair = (cell.importer, cell.imported)
    panel = f"cell-{cell.importer}-{cell.imported}" if pair in material.edges else f"door-{cell.imported}"
    clean = "°" if pair in material.edges else ""
    sign = {"used": cell.edges, "unused": "·", "clean": clean, "violated": f"✕{cell.edges}"}[cell.state]
    style = f"{cell.state} w{level(cell.edges)}" if cell.state == "used" else cell.state
    return tag("td", tag("button", sign, popovertarget=panel, aria_label=cell.sentence), class_=style)


def level(edges: int) -> int:
    """Return the colour strength of a cell, from 1 to 5.

    It grows by one with each doubling of the number of imports.
    """
    return min(edges.bit_length(), LEVELS)


def _cell_panel(material: FactIndex, cell: Cell, edges: list[Fact]) -> Html:
    name = f"cell-{cell.importer}-{cell.imported}"
    return panel(
        name,
        f"{cell.importer} → {cell.imported}",
        tag("p", tag("strong", _verdict(cell), class_=cell.state)),
        _imports(material, [edge for edge in edges if not edge["type_only"]]),
        _asks(material, cell),
        _names(material, [edge for edge in edges if edge["type_only"]]),
        tag("h4", "The rule"),
        contract_summary(material.find_protecting_contract(cell.imported)),
        _row_of_table(material, cell.importer),
    )


def _verdict(cell: Cell) -> str:
    if cell.granted:
        return f"Granted, {count(cell.edges, 'import')}." if cell.edges else "Granted, not used."
    return f"Forbidden, yet {count(cell.edges, 'import')}." if cell.edges else "Forbidden, and kept."


def _imports(material: FactIndex, edges: list[Fact]) -> Html:
    items = [
        (file_link(edge["path"], edge["line"]), " imports ", module_link(material, edge["imported"])) for edge in edges
    ]
    return join([tag("h4", "The imports"), listing(items)] if items else [])


def _names(material: FactIndex, edges: list[Fact]) -> Html:
    items = [
        (file_link(edge["path"], edge["line"]), " names ", module_link(material, edge["imported"])) for edge in edges
    ]
    return join([tag("h4", "Only named as a type, not counted"), listing(items)] if items else [])


def _asks(material: FactIndex, cell: Cell) -> Html:
    classes = (found for found in material.facts["classes"] if found["kind"] == cell.importer)
    asking = [(found, collaborator_list(material, found, cell.imported)) for found in classes]
    items = [
        (tag("b", found["name"]), " ", file_link(found["path"], found["line"]), " asks for ", words)
        for found, words in asking
        if words
    ]
    return join([tag("h4", "The classes"), listing(items)] if items else [])


def _row_of_table(material: FactIndex, kind: str) -> Html:
    return tag("p", f"{kind} may use: {', '.join(material.used_kinds(kind)) or 'nothing'}.", class_="quiet")


def _column_panel(material: FactIndex, kind: str) -> Html:
    row = material.structures.get(kind)
    return panel(
        f"door-{kind}",
        f"Who may use {kind}",
        tag("p", f"{kind}: {row['duty']}.") if row else "",
        tag("p", tag("strong", ", ".join(material.user_kinds(kind)) or "Nobody"), ". Whoever is not listed may not."),
        contract_summary(material.find_protecting_contract(kind)),
        _row_of_table(material, kind),
    )


def panel(name: str, title: str, *content: Html | str) -> Html:
    """Build a popover panel.

    A button opens it and Escape closes it. The browser returns the focus.
    """
    close = tag("button", "Close", popovertarget=name, popovertargetaction="hide", class_="close")
    heading = tag("h3", title, id=f"{name}-title")
    names = {"id": name, "class_": "panel", "role": "dialog", "aria_labelledby": f"{name}-title"}
    return tag("div", close, heading, content, popover=True, tabindex=-1, autofocus=True, **names)
