"""Layout of the layer diagram: one row of boxes per layer."""

from dataclasses import dataclass
from functools import cache

from shop.architecture.report.fact_index import FactIndex

WIDTH, ROW_HEIGHT, TOP_MARGIN = 1240, 88, 34
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


def find_rows(index: FactIndex) -> list[list[str]]:
    """Sort the kinds into rows: assembly first, users above used kinds."""
    inner = [kind for kind in index.kinds if kind in index.structures or kind == "core"]

    @cache
    def depth(kind: str) -> int:
        return 1 + max((depth(user) for user in index.user_kinds(kind) if user in inner and user != kind), default=0)

    assembly = [kind for kind in index.kinds if kind not in inner and _has_imports(index, kind)]
    rows = [assembly, *([kind for kind in inner if depth(kind) == i] for i in range(1, len(inner) + 1))]
    return [row for row in rows if row]


def _has_imports(index: FactIndex, kind: str) -> bool:
    return any(cell.edges for pair, cell in index.cells.items() if kind in pair)


def place_boxes(index: FactIndex) -> dict[str, Box]:
    """Place a box for each kind."""
    boxes: dict[str, Box] = {}
    for number, row in enumerate(find_rows(index)):
        preferred = {kind: _preferred_x(index, kind, boxes) for kind in row} if number > 1 else {}
        ordered = sorted(row, key=lambda kind: preferred.get(kind, 0))
        for kind, x in zip(ordered, _space_out([preferred.get(kind) for kind in ordered]), strict=True):
            boxes[kind] = Box(kind, number, x)
    return boxes


def _preferred_x(index: FactIndex, kind: str, boxes: dict[str, Box]) -> float:
    """Return the average position of the kinds that may use a kind.

    A kind without files is placed at the right edge.
    """
    if kind not in index.files_of:
        return WIDTH
    shown = [user for user in index.user_kinds(kind) if user in boxes and user in index.structures]
    users = [boxes[user].x for user in shown if user in index.files_of]
    return sum(users) / len(users) if users else WIDTH / 2


def _space_out(preferred: list[float | None]) -> list[float]:
    """Space boxes out near their preferred positions, without overlap.

    Boxes without a preferred position are spread evenly.
    """
    step = WIDTH / len(preferred)
    positions = [step * (i + 0.5) if position is None else position for i, position in enumerate(preferred)]
    distance = min(BOX_WIDTH + GAP, step)
    placed = list(positions)
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + distance)
    # Spacing moves boxes to the right: shift the row back, but keep it inside of the drawing.
    back = (sum(placed) - sum(positions)) / len(placed)
    shift = max(distance / 2 - placed[0], min(WIDTH - distance / 2 - placed[-1], -back))
    return [round(x + shift, 1) for x in placed]
