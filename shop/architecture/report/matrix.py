"""Report view: access matrix with a panel for each cell."""

from shop.architecture.report.components import collaborator_list, contract_summary, file_link, module_link
from shop.architecture.report.fact_index import Cell, Fact, FactIndex
from shop.architecture.report.markup import Html, count, join, listing, section, tag

SENTENCE = (
    "A row imports a column: a number counts the imports, a dot is an unused grant, an empty cell is forbidden "
    "without imports, ✕ is forbidden with imports. Open a cell to see lines and rule; arrow keys move."
)
LEGEND = (
    ("used w3", "7", "granted, number of imports"),
    ("unused", "·", "granted, not used"),
    ("clean", "", "forbidden, kept"),
    ("clean", "°", "forbidden, type names only"),
    ("violated", "✕1", "forbidden, violated"),
)
LEVELS = 5


def draw(index: FactIndex) -> Html:
    """Draw the matrix, its cell panels and its column panels."""
    corner = tag("td", tag("span", "imports", class_="quiet"))
    heads = [tag("th", tag("span", kind), scope="col") for kind in index.kinds]
    rows = [_row(index, importer) for importer in index.kinds]
    grid = tag("table", tag("thead", tag("tr", corner, heads)), tag("tbody", rows), class_="matrix", id="grid")
    scroller = tag("div", grid, class_="wide")
    columns = [_column_panel(index, kind) for kind in index.kinds]
    cells = [_cell_panel(index, index.cells[pair], edges) for pair, edges in sorted(index.edges.items())]
    return section("matrix", "Access matrix", SENTENCE, _legend(), scroller, columns, cells)


def _legend() -> Html:
    return listing(
        ((tag("i", sign, class_=style, aria_hidden="true"), text) for style, sign, text in LEGEND), class_="legend"
    )


def _row(index: FactIndex, importer: str) -> Html:
    cells = [_cell(index, index.cells[importer, imported]) for imported in index.kinds]
    return tag("tr", tag("th", importer, scope="row"), cells)


def _cell(index: FactIndex, cell: Cell) -> Html:
    pair = (cell.importer, cell.imported)
    panel = f"cell-{cell.importer}-{cell.imported}" if pair in index.edges else f"users-{cell.imported}"
    clean = "°" if pair in index.edges else ""
    sign = {"used": cell.edges, "unused": "·", "clean": clean, "violated": f"✕{cell.edges}"}[cell.state]
    style = f"{cell.state} w{level(cell.edges)}" if cell.state == "used" else cell.state
    return tag("td", tag("button", sign, popovertarget=panel, aria_label=cell.sentence), class_=style)


def level(edges: int) -> int:
    """Return the colour strength of a cell, from 1 to 5.

    It grows by one with each doubling of the number of imports.
    """
    return min(edges.bit_length(), LEVELS)


def _cell_panel(index: FactIndex, cell: Cell, edges: list[Fact]) -> Html:
    name = f"cell-{cell.importer}-{cell.imported}"
    return panel(
        name,
        f"{cell.importer} → {cell.imported}",
        tag("p", tag("strong", _describe_state(cell), class_=cell.state)),
        _imports(index, [edge for edge in edges if not edge["type_only"]]),
        _asks(index, cell),
        _names(index, [edge for edge in edges if edge["type_only"]]),
        tag("h4", "The rule"),
        contract_summary(index.find_protecting_contract(cell.imported)),
        _row_of_table(index, cell.importer),
    )


def _describe_state(cell: Cell) -> str:
    if cell.granted:
        return f"Granted, {count(cell.edges, 'import')}." if cell.edges else "Granted, not used."
    return f"Forbidden, but {count(cell.edges, 'import')}." if cell.edges else "Forbidden, no import."


def _imports(index: FactIndex, edges: list[Fact]) -> Html:
    items = [
        (file_link(edge["path"], edge["line"]), " imports ", module_link(index, edge["imported"])) for edge in edges
    ]
    return join([tag("h4", "The imports"), listing(items)] if items else [])


def _names(index: FactIndex, edges: list[Fact]) -> Html:
    items = [(file_link(edge["path"], edge["line"]), " names ", module_link(index, edge["imported"])) for edge in edges]
    return join([tag("h4", "Type names, not counted"), listing(items)] if items else [])


def _asks(index: FactIndex, cell: Cell) -> Html:
    classes = (class_fact for class_fact in index.facts["classes"] if class_fact["kind"] == cell.importer)
    listed = [(class_fact, collaborator_list(index, class_fact, cell.imported)) for class_fact in classes]
    items = [
        (tag("b", class_fact["name"]), " ", file_link(class_fact["path"], class_fact["line"]), " holds ", text)
        for class_fact, text in listed
        if text
    ]
    return join([tag("h4", "The classes"), listing(items)] if items else [])


def _row_of_table(index: FactIndex, kind: str) -> Html:
    return tag("p", f"{kind} may use: {', '.join(index.used_kinds(kind)) or 'nothing'}.", class_="quiet")


def _column_panel(index: FactIndex, kind: str) -> Html:
    row = index.structures.get(kind)
    return panel(
        f"users-{kind}",
        f"Permitted users of {kind}",
        tag("p", f"{kind}: {row['duty']}.") if row else "",
        tag("p", tag("strong", ", ".join(index.user_kinds(kind)) or "None"), ". All others are refused."),
        contract_summary(index.find_protecting_contract(kind)),
        _row_of_table(index, kind),
    )


def panel(name: str, title: str, *content: Html | str) -> Html:
    """Build a popover panel.

    A button opens it and Escape closes it. The browser returns the focus.
    """
    close = tag("button", "Close", popovertarget=name, popovertargetaction="hide", class_="close")
    heading = tag("h3", title, id=f"{name}-title")
    names = {"id": name, "class_": "panel", "role": "dialog", "aria_labelledby": f"{name}-title"}
    return tag("div", close, heading, content, popover=True, tabindex=-1, autofocus=True, **names)
