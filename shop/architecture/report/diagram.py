"""Report view: layer diagram with boxes for kinds and lines for imports."""

from shop.architecture.report.fact_index import Cell, FactIndex
from shop.architecture.report.layout import (
    BOX_HALF_HEIGHT,
    BOX_HEIGHT,
    BOX_WIDTH,
    ROW_HEIGHT,
    TOP_MARGIN,
    WIDTH,
    Box,
    Point,
    place_boxes,
    route_line,
)
from shop.architecture.report.markup import Html, count, section, tag
from shop.architecture.table import INDEPENDENTS

SENTENCE = (
    "Each layer uses the layers below it. The width of a line shows its number of imports. Point at a box to see "
    "its lines; open it to see its files. A dashed line with ✕ is forbidden."
)
GROUND = (*INDEPENDENTS, "core")
CORNER, LOOP = 8, 26
Ports = dict[tuple[str, str, str], float]


def draw(index: FactIndex) -> Html:
    """Draw the diagram as SVG."""
    boxes = place_boxes(index)
    cells = [cell for cell in index.cells.values() if cell.edges and {cell.importer, cell.imported} <= boxes.keys()]
    ports = {
        **_assign_ports(boxes, cells, "importer", "imported"),
        **_assign_ports(boxes, cells, "imported", "importer"),
    }
    lines = [_line(cell, boxes, ports) for cell in sorted(cells, key=_depth)]
    height = TOP_MARGIN + max((box.row for box in boxes.values()), default=0) * ROW_HEIGHT + TOP_MARGIN
    names = {"class_": "layers", "id": "drawing", "role": "group", "aria_labelledby": "layers-title"}
    shapes = [*lines, *(_box(index, box) for box in boxes.values())]
    svg = tag("svg", shapes, viewBox=f"0 0 {WIDTH + LOOP} {height}", **names)
    switch = tag("label", tag("input", type="checkbox", id="ground"), " Hide the lines to independents and core")
    return section("layers", "The layers", SENTENCE, switch, tag("div", svg, class_="wide"))


def _depth(cell: Cell) -> tuple[bool, bool, int]:
    """Return the drawing order: violations last, then wider lines."""
    return not cell.granted, cell.imported not in GROUND, cell.edges


def _assign_ports(boxes: dict[str, Box], cells: list[Cell], own_end: str, other_end: str) -> Ports:
    """Assign each line a point on the side of its boxes.

    The points are ordered by the position of the other box.
    """
    ports: Ports = {}
    for kind, box in boxes.items():
        connected = [getattr(cell, other_end) for cell in cells if getattr(cell, own_end) == kind]
        others = sorted(connected, key=lambda other: (boxes[other].x, other))
        step = min(14.0, (BOX_WIDTH - 2 * CORNER) / max(len(others), 1))
        for i, other in enumerate(others):
            ports[own_end, kind, other] = round(box.x + (i - (len(others) - 1) / 2) * step, 1)
    return ports


def _line(cell: Cell, boxes: dict[str, Box], ports: Ports) -> Html:
    one, other = boxes[cell.importer], boxes[cell.imported]
    if one is other:
        right = one.x + BOX_WIDTH / 2
        return _path(cell, f"M{right} {one.y - 10}c28 -8 28 28 0 20", right + 24, one.y)
    start, end = ports["importer", one.kind, other.kind], ports["imported", other.kind, one.kind]
    if one.row == other.row:
        y = one.y + BOX_HALF_HEIGHT
        return _path(cell, f"M{start} {y}C{start} {y + 34} {end} {y + 34} {end} {y}", (start + end) / 2, y + 26)
    down = 1 if one.row < other.row else -1
    points = [(start, one.y + down * BOX_HALF_HEIGHT), (end, other.y - down * BOX_HALF_HEIGHT)]
    if down > 0:
        points = route_line(boxes, *points)
    (x, y), (to_x, to_y) = points[-2:]
    return _path(cell, _curve(points), (x + to_x) / 2, (y + to_y) / 2)


def _curve(points: list[Point]) -> str:
    """Draw a smooth path through all points, vertical at each of them."""
    (x, y), *rest = points
    path = f"M{x:g} {y:g}"
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        path += f"V{to_y:g}" if to_x == x else f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}"
        x, y = to_x, to_y
    return path


def _path(cell: Cell, path: str, x: float, y: float) -> Html:
    style = f"line{' ground' if cell.imported in GROUND else ''}{'' if cell.granted else ' violated'}"
    stroke = tag("path", d=path, stroke_width=round(0.8 + cell.edges.bit_length() * 0.9, 1))
    mark = Html() if cell.granted else tag("text", "✕", x=round(x), y=round(y) + 5)
    panel = f"cell-{cell.importer}-{cell.imported}"
    attributes = {"data_from": cell.importer, "data_to": cell.imported, "data_opens": panel}
    return tag("g", tag("title", cell.sentence), stroke, mark, class_=style, **attributes)


def _box(index: FactIndex, box: Box) -> Html:
    files = index.files_of.get(box.kind, [])
    inner = index.cells[box.kind, box.kind].edges
    size = f"{count(len(files), 'file')}{f', {inner} among them' if inner else ''}"
    frame = tag("rect", x=box.left, y=box.y - BOX_HALF_HEIGHT, width=BOX_WIDTH, height=BOX_HEIGHT, rx=CORNER)
    name = tag("text", box.kind, x=box.x, y=box.y - 3, class_="name")
    style = f"box{'' if files else ' empty'}{' ground' if box.kind in GROUND else ''}"
    attributes = {
        "href": f"#{'kind' if files else 'users'}-{box.kind}",
        "data_kind": box.kind,
        "aria_label": f"{box.kind}, {size}",
    }
    return tag("a", frame, name, tag("text", size, x=box.x, y=box.y + 14), class_=style, **attributes)
