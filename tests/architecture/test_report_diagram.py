"""The drawing: storeys as the map has them, and no line behind a box."""

from itertools import combinations, pairwise, permutations

from importlinter.api import read_configuration

from shop.architecture.report.fact_index import FactIndex
from shop.architecture.report.layout import (
    BOX_HALF_HEIGHT,
    BOX_WIDTH,
    WIDTH,
    curve_x,
    find_rows,
    place_boxes,
    route_line,
)
from shop.architecture.report.project_report import CHECKOUT
from tests.architecture.report_page import own_facts


def test_the_storeys_are_those_of_the_map() -> None:
    material = FactIndex(own_facts())
    folders = {row["folder"]: name for name, row in material.structures.items()} | {"core": "core"}
    contracts = read_configuration(str(CHECKOUT / "importlinter.ini"))["contracts_options"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["shop"])
    drawn = [set(row) for row in find_rows(material)[1:]]
    mapped = [{folders[word] for word in line.split(" | ") if word in folders} for line in layers]
    assert drawn == [row for row in mapped if row]


def test_no_box_covers_another_one_or_leaves_the_paper() -> None:
    boxes = place_boxes(FactIndex(own_facts())).values()
    assert all(box.left >= 0 and box.left + BOX_WIDTH <= WIDTH for box in boxes)
    assert all(abs(a.x - b.x) >= BOX_WIDTH for a, b in combinations(boxes, 2) if a.row == b.row)


def test_no_line_that_points_down_runs_behind_a_box() -> None:
    boxes = place_boxes(FactIndex(own_facts()))
    for one, other in permutations(boxes.values(), 2):
        points = (
            route_line(boxes, (one.x, one.y + BOX_HALF_HEIGHT), (other.x, other.y - BOX_HALF_HEIGHT))
            if one.row < other.row
            else []
        )
        between = [box for box in boxes.values() if one.row < box.row < other.row]
        for start, end in pairwise(points):
            met = [box for box in between if start[1] < box.y - BOX_HALF_HEIGHT and box.y + BOX_HALF_HEIGHT < end[1]]
            beside = [
                box for box in between if (start[1], end[1]) == (box.y - BOX_HALF_HEIGHT, box.y + BOX_HALF_HEIGHT)
            ]
            heights = [
                (box, curve_x(start, end, box.y + part))
                for box in met
                for part in (-BOX_HALF_HEIGHT, 0, BOX_HALF_HEIGHT)
            ]
            assert all(abs(box.x - x) > BOX_WIDTH / 2 for box, x in [*heights, *((box, start[0]) for box in beside)])


def test_a_line_between_neighbours_goes_straight() -> None:
    boxes = place_boxes(FactIndex(own_facts()))
    start, end = (100.0, boxes["Service"].y + 23.0), (300.0, boxes["Repository"].y - 23.0)
    assert route_line(boxes, start, end) == [start, end]
