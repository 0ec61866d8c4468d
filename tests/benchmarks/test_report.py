"""Numbers, tables and the picture, from rounds whose outcome is known."""

from xml.etree import ElementTree

import pytest

from benchmarks.load.load_generator import Load
from benchmarks.load.scenario_runner import Turn
from benchmarks.load.scenarios import KINDS
from benchmarks.report.bar_chart import Bar, draw
from benchmarks.report.figures import Findings, Goal, cpu, crowd_row, goals, milliseconds, ratio
from benchmarks.report.outcome_table import percentile
from benchmarks.report.page import NOTES, page, tables
from benchmarks.report.profiler import REDIS, REST, part_of
from benchmarks.report.purchase_profile import Inside
from benchmarks.report.tables import as_markdown, as_text


def turn(accepted: int, *, refused: int = 0, latency: float = 0.01, drained: float = 1.0) -> Turn:
    """A turn of one second."""
    load = Load([latency] * accepted, [latency] * refused, seconds=1.0)
    return Turn(load, {"web": 0.5}, drained, [0.02] * accepted)


def findings(**turns: list[Turn]) -> Findings:
    return Findings(turns, {"script": Load([0.1] * 3)}, Inside(0.0, 1.0, {"Flask": 1.0}), "a database")


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 51), (95, 96), (99, 100), (100, 100)])
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(percent: float, value: int) -> None:
    assert percentile(range(1, 101), percent) == value


def test_a_percentile_of_nothing_is_zero() -> None:
    assert percentile([], 99) == 0


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    # The whole machine was ten times slower in the second round, which the medians of the rates would not forgive.
    turns = {"script": [turn(100), turn(20), turn(300)], "lock": [turn(50), turn(4), turn(100)]}

    assert ratio(turns, "script", "lock") == 3.0


def test_a_percentile_of_rounds_is_the_median_of_theirs() -> None:
    turns = [turn(10, latency=0.01), turn(10, latency=0.9), turn(10, latency=0.02)]

    assert milliseconds(turns, 99) == pytest.approx(20)
    assert milliseconds(turns, 99, "waits") == pytest.approx(20)


def test_processor_time_is_shared_by_all_who_were_answered() -> None:
    assert cpu([turn(40, refused=60)], "web") == pytest.approx(5000)
    assert cpu([turn(40)], "database") == 0


def test_goals_are_judged_by_what_was_measured() -> None:
    found = goals(findings(script=[turn(100)], lock=[turn(10)], same=[turn(200)], backlog=[turn(90, drained=0.2)]))

    assert [(goal.says.split(",")[0], goal.met) for goal in found] == [
        ("script / lock", True),
        ("script / same", False),
        ("drain / acceptance", True),
        ("SQL statements of a purchase", True),
        ("Redis round trips of a purchase", True),
    ]


def test_a_goal_of_at_most_is_missed_above_it() -> None:
    assert Goal("x", 251, 250, at_most=True).row == ("x", "251.00", "at most 250", "no", "", "")


def test_a_ratio_by_processor_time_is_how_much_less_the_script_spends() -> None:
    lock = Turn(turn(10).load, {"web": 1.0, "worker": 1.0}, 1.0)

    goal, *_ = goals(findings(script=[turn(10)], lock=[lock]))

    assert goal.by_cpu == pytest.approx(4)


def test_every_row_of_every_table_is_as_wide_as_its_head() -> None:
    everything = findings(**{kind.name: [turn(100, refused=1)] for kind in KINDS})

    found = tables(everything)

    assert len(found) == len(NOTES)
    assert [title for title, rows in found if len({len(row) for row in rows}) > 1] == []


def test_a_crowd_is_told_apart_by_why_it_was_refused() -> None:
    load = Load([0.1] * 5, [0.3] * 4)
    load.statuses.update({"503": 3, "409": 1})

    assert crowd_row("lock", load) == ("lock", "5", "3", "1", "300")


def test_tables_of_what_was_not_measured_are_left_out() -> None:
    titles = [title for title, _ in tables(findings(script=[turn(100)]))]

    assert titles == ["Goals", "Sales", "A crowd", "Inside"]


def test_the_page_says_each_table_once_and_names_the_database() -> None:
    text = page(findings(script=[turn(100)]), 5, 1.5)

    assert text.count("## Sales") == 1
    assert "a database" in text
    assert "5 rounds of 1.5 s" in text


def test_tables_are_in_line_as_text_and_closed_as_markdown() -> None:
    rows = [("", "a/s"), ("lock", "1"), ("db", "1,000")]

    assert as_text(rows).splitlines() == ["        a/s", "lock      1", "db    1,000"]
    assert as_markdown(rows).splitlines()[1:3] == ["| --- | ---: |", "| lock | 1 |"]


def test_the_picture_is_one_bar_for_each_and_as_long_as_its_median() -> None:
    picture = ElementTree.fromstring(draw("a < b", [Bar("one", 100, 50, 200), Bar("other", 50, 50, 50, marked=True)]))
    name = "{http://www.w3.org/2000/svg}"
    widths = [float(bar.attrib["width"]) for bar in picture.iter(f"{name}rect")]

    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert "a < b: one 100; other 50" in [title.text for title in picture.iter(f"{name}title")]


def test_a_picture_of_nothing_is_a_picture() -> None:
    assert ElementTree.fromstring(draw("nothing", [])) is not None


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("site-packages/redis/connection.py", REDIS),
        ("/x/shop/core/redis.py", REDIS),
        ("/x/shop/services/order.py", "shop: reservation, its keys, its card"),
        ("/x/site-packages/werkzeug/routing/map.py", "werkzeug"),
        ("/lib/python3.11/uuid.py", None),
    ],
)
def test_a_file_belongs_to_a_part(file: str, part: str | None) -> None:
    assert part_of(file) == part
    assert part != REST
