"""Layout of the layer diagram: one row of boxes per layer."""

from dataclasses import dataclass
from functools import cache

from shop.architecture.report.fact_index import FactIndex

WIDTH, ROW_HEIGHT, TOP_MARGIN = 1176, 88, 34
BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 152, 46, 14, 6
BOX_HALF_HEIGHT = BOX_HEIGHT / 2
SIDE_DISTANCE = BOX_WIDTH / 2 + MARGIN
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Box of one kind; x and y are its centre."""

    kind: str
    row: int
    x: float

    @property
    def y(self) -> int:
        """Vertical centre of the row."""
        return TOP_MARGIN + self.row * ROW_HEIGHT

    @property
    def left(self) -> float:
        """Left edge."""
        return self.x - BOX_WIDTH / 2


def route_line(boxes: dict[str, Box], start: Point, end: Point) -> list[Point]:
    """Route a line downwards around the boxes of the rows between."""
    between = [box for box in boxes.values() if start[1] + BOX_HALF_HEIGHT < box.y < end[1] - BOX_HALF_HEIGHT]
    for box in sorted(between, key=lambda box: (box.y, box.x)):
        if any(
            abs(curve_x(start, end, box.y + part) - box.x) < SIDE_DISTANCE
            for part in (-BOX_HALF_HEIGHT, 0, BOX_HALF_HEIGHT)
        ):
            straight = curve_x(start, end, box.y)
            x = min((box.x - SIDE_DISTANCE, box.x + SIDE_DISTANCE), key=lambda side: abs(side - straight))
            return [
                *route_line(boxes, start, (x, box.y - BOX_HALF_HEIGHT)),
                *route_line(boxes, (x, box.y + BOX_HALF_HEIGHT), end),
            ]
    return [start, end]


def curve_x(start: Point, end: Point, y: float) -> float:
    """Return the horizontal position of a curve at a height.

    The curve is vertical at both ends.
    """
    low, high = 0.0, 1.0
    for _ in range(12):
        t = (low + high) / 2
        below = start[1] + (end[1] - start[1]) * (1.5 * t - 1.5 * t**2 + t**3) < y
        low, high = (t, high) if below else (low, t)
    return start[0] + (end[0] - start[0]) * (3 * low**2 - 2 * low**3)


def find_rows(material: FactIndex) -> list[list[str]]:
    """Sort the kinds into rows: assembly first, users above used kinds."""
    inner = [kind for kind in material.kinds if kind in material.structures or kind == "core"]

    @cache
    def depth(kind: str) -> int:
        return 1 + max((depth(user) for user in material.user_kinds(kind) if user in inner and user != kind), default=0)

    beside = [kind for kind in material.kinds if kind not in inner and _has_imports(material, kind)]
    rows = [beside, *([kind for kind in inner if depth(kind) == i] for i in range(1, len(inner) + 1))]
    return [row for row in rows if row]


def _has_imports(material: FactIndex, kind: str) -> bool:
    return any(cell.edges for pair, cell in material.cells.items() if kind in pair)


def place_boxes(material: FactIndex) -> dict[str, Box]:
    """Place a box for each kind."""
    boxes: dict[str, Box] = {}
    for number, row in enumerate(find_rows(material)):
        wishes = {kind: _preferred_x(material, kind, boxes) for kind in row} if number > 1 else {}
        ordered = sorted(row, key=lambda kind: wishes.get(kind, 0))
        for kind, x in zip(ordered, _space_out([wishes.get(kind) for kind in ordered]), strict=True):
            boxes[kind] = Box(kind, number, x)
    return boxes


def _preferred_x(material: FactIndex, kind: str, boxes: dict[str, Box]) -> float:
    """Return the average position of the kinds that may use a kind.

    A kind without files is placed at the right edge.
    """
    if kind not in material.files_of:
        return WIDTH
    shown = [user for user in material.user_kinds(kind) if user in boxes and user in material.structures]
    users = [boxes[user].x for user in shown if user in material.files_of]
    return sum(users) / len(users) if users else WIDTH / 2


def _space_out(preferred: list[float | None]) -> list[float]:
    """Space boxes out near their preferred positions, without overlap.

    Boxes without a preferred position are spread evenly.
    """
    step = WIDTH / len(preferred)
    wanted = [step * (i + 0.5) if wish is None else wish for i, wish in enumerate(preferred)]
    apart = min(BOX_WIDTH + GAP, step)
    places = list(wanted)
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + apart)
    # Keeping apart pushes to the right: go back by what the row went too far, but stay on the paper.
    back = (sum(places) - sum(wanted)) / len(places)
    shift = max(apart / 2 - places[0], min(WIDTH - apart / 2 - places[-1], -back))
    return [round(place + shift, 1) for place in places]
