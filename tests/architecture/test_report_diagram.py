"""Tests of the layout of the layer diagram."""

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
from tests.architecture.samples.report_page import own_facts


def test_the_rows_are_the_layers_of_the_contract() -> None:
    index = FactIndex(own_facts())
    folders = {row["folder"]: name for name, row in index.structures.items()} | {"core": "core"}
    contracts = read_configuration(str(CHECKOUT / "importlinter.ini"))["contracts_options"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["shop"])
    rows = [set(row) for row in find_rows(index)[1:]]
    expected = [{folders[word] for word in line.split(" | ") if word in folders} for line in layers]
    assert rows == [row for row in expected if row]


def test_boxes_do_not_overlap_and_stay_inside_of_the_drawing() -> None:
    boxes = place_boxes(FactIndex(own_facts())).values()
    assert all(box.left >= 0 and box.left + BOX_WIDTH <= WIDTH for box in boxes)
    assert all(abs(a.x - b.x) >= BOX_WIDTH for a, b in combinations(boxes, 2) if a.row == b.row)


def test_no_downward_line_runs_behind_a_box() -> None:
    boxes = place_boxes(FactIndex(own_facts()))
    for upper, lower in permutations(boxes.values(), 2):
        points = (
            route_line(boxes, (upper.x, upper.y + BOX_HALF_HEIGHT), (lower.x, lower.y - BOX_HALF_HEIGHT))
            if upper.row < lower.row
            else []
        )
        between = [box for box in boxes.values() if upper.row < box.row < lower.row]
        for start, end in pairwise(points):
            crossed = [
                box for box in between if start[1] < box.y - BOX_HALF_HEIGHT and box.y + BOX_HALF_HEIGHT < end[1]
            ]
            beside = [
                box for box in between if (start[1], end[1]) == (box.y - BOX_HALF_HEIGHT, box.y + BOX_HALF_HEIGHT)
            ]
            heights = [
                (box, curve_x(start, end, box.y + part))
                for box in crossed
                for part in (-BOX_HALF_HEIGHT, 0, BOX_HALF_HEIGHT)
            ]
            assert all(abs(box.x - x) > BOX_WIDTH / 2 for box, x in [*heights, *((box, start[0]) for box in beside)])


def test_a_line_between_neighbours_is_straight() -> None:
    boxes = place_boxes(FactIndex(own_facts()))
    start, end = (100.0, boxes["Service"].y + 23.0), (300.0, boxes["Repository"].y - 23.0)
    assert route_line(boxes, start, end) == [start, end]
