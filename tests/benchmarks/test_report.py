"""Figures, tables and charts of known runs."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.load.load_result import LoadResult
from benchmarks.load.scenario_runner import ScenarioRun
from benchmarks.load.scenarios import SCENARIOS
from benchmarks.report.bar_chart import Bar, draw_chart
from benchmarks.report.figures import compute_cpu, compute_milliseconds, compute_percentile, compute_ratio
from benchmarks.report.findings import Findings
from benchmarks.report.goals import Goal, evaluate_goals
from benchmarks.report.page import format_page, write_page
from benchmarks.report.page_text import NOTES
from benchmarks.report.profiler import REDIS, REST, find_part
from benchmarks.report.purchase_profile import PurchaseProfile
from benchmarks.report.table_format import format_markdown, format_text
from benchmarks.report.tables import build_tables, format_burst


def create_run(accepted: int, *, refused: int = 0, latency: float = 0.01, drain_seconds: float = 1.0) -> ScenarioRun:
    """Create a run of one second."""
    load = LoadResult([latency] * accepted, [latency] * refused, seconds=1.0)
    return ScenarioRun(load, {"web": 0.5}, drain_seconds, [0.02] * accepted)


def create_findings(**runs: list[ScenarioRun]) -> Findings:
    return Findings(runs, {"script": LoadResult([0.1] * 3)}, PurchaseProfile(0.0, 1.0, {"Flask": 1.0}), "a database")


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 51), (95, 96), (99, 100), (100, 100)])
def test_a_percentile_is_the_value_that_a_share_does_not_exceed(percent: float, value: int) -> None:
    assert compute_percentile(range(1, 101), percent) == value


def test_a_percentile_of_nothing_is_zero() -> None:
    assert compute_percentile([], 99) == 0


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    # The machine was ten times slower in the second round, which would distort a ratio of the medians.
    runs = {
        "script": [create_run(100), create_run(20), create_run(300)],
        "lock": [create_run(50), create_run(4), create_run(100)],
    }

    assert compute_ratio(runs, "script", "lock") == 3.0


def test_a_percentile_of_rounds_is_the_median_of_their_percentiles() -> None:
    runs = [create_run(10, latency=0.01), create_run(10, latency=0.9), create_run(10, latency=0.02)]

    assert compute_milliseconds(runs, 99) == pytest.approx(20)
    assert compute_milliseconds(runs, 99, "write_delays") == pytest.approx(20)


def test_cpu_time_is_divided_by_the_number_of_responses() -> None:
    assert compute_cpu([create_run(40, refused=60)], "web") == pytest.approx(5000)
    assert compute_cpu([create_run(40)], "database") == 0


def test_goals_are_evaluated_from_the_measured_runs() -> None:
    found = evaluate_goals(
        create_findings(
            script=[create_run(100)],
            lock=[create_run(10)],
            same=[create_run(200)],
            backlog=[create_run(90, drain_seconds=0.2)],
        )
    )

    assert [(goal.description.split(",")[0], goal.is_reached) for goal in found] == [
        ("script / lock", True),
        ("script / same", False),
        ("web us of script", False),
        ("all us of script", False),
        ("worker us of backlog", True),
        ("worker us of script", True),
        ("drain / acceptance", True),
        ("SQL statements of a purchase", True),
        ("Redis round trips of a purchase", True),
    ]


def test_yardsticks_are_ratios_to_the_plain_view_and_the_bare_route() -> None:
    def run(rate: int, web: float) -> list[ScenarioRun]:
        return [ScenarioRun(create_run(rate).load, {"web": web}, 1.0)]

    runs = {"plain": run(100, 0.1), "script": run(50, 0.1), "item": run(50, 0.1), "list": run(25, 0.1)}
    found = evaluate_goals(create_findings(**runs, bare=run(100, 0.1), same=run(100, 0.13)))

    reached = {goal.description: (round(goal.measured, 2), goal.is_reached) for goal in found}
    assert reached["script / plain, one hot item"] == (0.5, True)
    assert reached["item / plain"] == (0.5, True)
    assert reached["list / plain"] == (0.25, False)
    assert reached["web us, script / plain"] == (2.0, False)
    assert reached["web us, same / bare"] == (1.3, False)


def test_an_upper_limit_is_missed_by_a_higher_value() -> None:
    assert Goal("x", 251, 250, at_most=True).row == ("x", "251.00", "at most 250", "no", "", "")


def test_a_ratio_by_cpu_time_divides_the_baseline_by_the_script() -> None:
    lock = ScenarioRun(create_run(10).load, {"web": 1.0, "worker": 1.0}, 1.0)

    goal, *_ = evaluate_goals(create_findings(script=[create_run(10)], lock=[lock]))

    assert goal.by_cpu == pytest.approx(4)


def test_every_row_of_every_table_is_as_wide_as_its_head() -> None:
    all_findings = create_findings(**{scenario.name: [create_run(100, refused=1)] for scenario in SCENARIOS})

    found = build_tables(all_findings)

    assert len(found) == len(NOTES)
    assert [title for title, rows in found if len({len(row) for row in rows}) > 1] == []


def test_a_burst_separates_busy_from_other_refusals() -> None:
    load = LoadResult([0.1] * 5, [0.3] * 4)
    load.statuses.update({"503": 3, "409": 1})

    assert format_burst("lock", load) == ("lock", "5", "3", "1", "300")


def test_tables_without_measured_runs_are_left_out() -> None:
    titles = [title for title, _ in build_tables(create_findings(script=[create_run(100)]))]

    assert titles == ["Goals", "Sales", "Burst", "Profile"]


def test_the_page_has_each_table_once_and_names_the_database() -> None:
    text = format_page(create_findings(script=[create_run(100)]), 5, 1.5)

    assert text.count("## Sales") == 1
    assert "a database" in text
    assert "5 rounds of 1.5 s" in text


def test_the_page_and_the_chart_are_written_as_files(tmp_path: Path) -> None:
    measured = create_findings(script=[create_run(100)], lock=[create_run(50)])

    write_page(measured, tmp_path, 5, 1.5)

    assert (tmp_path / "benchmark.md").read_text() == format_page(measured, 5, 1.5)
    assert "script 100; lock 50" in (tmp_path / "benchmark.svg").read_text()


def test_tables_are_aligned_as_text_and_ruled_as_markdown() -> None:
    rows = [("", "a/s"), ("lock", "1"), ("db", "1,000")]

    assert format_text(rows).splitlines() == ["        a/s", "lock      1", "db    1,000"]
    assert format_markdown(rows).splitlines()[1:3] == ["| --- | ---: |", "| lock | 1 |"]


def test_the_chart_has_one_bar_for_each_median_in_proportion() -> None:
    picture = ElementTree.fromstring(
        draw_chart("a < b", [Bar("one", 100, 50, 200), Bar("other", 50, 50, 50, marked=True)])
    )
    name = "{http://www.w3.org/2000/svg}"
    widths = [float(bar.attrib["width"]) for bar in picture.iter(f"{name}rect")]

    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert "a < b: one 100; other 50" in [title.text for title in picture.iter(f"{name}title")]


def test_a_chart_without_bars_is_valid_svg() -> None:
    assert ElementTree.fromstring(draw_chart("nothing", [])) is not None


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("site-packages/redis/connection.py", REDIS),
        ("/x/shop/core/redis/stores.py", REDIS),
        ("/x/shop/services/order.py", "shop: reservation, its keys, its card"),
        ("/x/site-packages/werkzeug/routing/map.py", "werkzeug"),
        ("/lib/python3.11/uuid.py", None),
    ],
)
def test_a_profiled_file_belongs_to_a_named_part(file: str, part: str | None) -> None:
    assert find_part(file) == part
    assert part != REST
