import re

import pytest

from tests.delivery.delivery_files import ROOT, jobs, script, services, yaml


def _find_make_targets() -> set[str]:
    lines = [line.split() for job in jobs().values() for line in script(job)]
    return {target for words in lines if words[0] == "make" for target in words[1:]}


def test_the_pipeline_proves_all_that_make_test_proves() -> None:
    recipe = re.search(r"^test:(.*?)(##|$)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    assert _find_make_targets() - {"newest"} == {word for word in recipe[1].split() if not word.startswith("$")}


def test_the_newest_libraries_are_tried_on_a_schedule_and_block_nothing() -> None:
    job = jobs()["newest"]
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert (job["script"], job["allow_failure"]) == ("make newest", True)


def test_the_stages_come_in_this_order_and_each_has_work() -> None:
    stages = yaml(".gitlab-ci.yml")["stages"]
    assert stages == ["lint", "contracts", "test", "build"]
    assert {job["stage"] for job in jobs().values()} == set(stages)


def test_an_image_is_built_from_main_only() -> None:
    pushing = [job for job in jobs().values() if any("docker" in line for line in script(job))]
    assert [job["rules"] for job in pushing] == [[{"if": '$CI_COMMIT_BRANCH == "main"'}]]


def test_an_image_leaves_only_after_the_stack_was_healthy() -> None:
    lines = script(jobs()["build"])
    up = next(i for i, line in enumerate(lines) if "compose up" in line and "--wait" in line)
    assert [i > up for i, line in enumerate(lines) if "docker push" in line] == [True]


def test_the_tests_run_on_the_stores_of_the_stack() -> None:
    test = jobs()["test"]
    assert services()["mysql"]["image"] in test["parallel"]["matrix"][0]["DATABASE"]
    assert services()["redis"]["image"] in [service["name"] for service in test["services"]]
    aliases = {service["alias"] for service in test["services"]}
    hosts = re.findall(r"://(?:[^@]*@)?(\w+):", " ".join(test["variables"].values()))
    assert set(hosts) == aliases


def test_the_pipeline_and_the_image_run_one_python() -> None:
    image = re.search(r"^ARG PYTHON=(3\.\d+)-", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert image
    assert yaml(".gitlab-ci.yml")["default"]["image"].startswith(f"python:{image[1]}-")


def test_the_report_that_is_kept_is_the_report_that_is_written() -> None:
    test = jobs()["test"]
    assert test["variables"]["PYTEST_ADDOPTS"] == f"--junitxml={test['artifacts']['reports']['junit']}"


def test_the_code_quality_that_is_kept_is_the_one_that_is_written() -> None:
    job = jobs()["contracts"]
    report = job["artifacts"]["reports"]["codequality"]
    assert job["after_script"] == [f".venv/bin/flask shop arch check --format gitlab > {report}"]
    assert job["artifacts"]["when"] == "always"


@pytest.mark.parametrize("name", sorted(jobs()))
def test_a_job_that_uses_pip_keeps_its_downloads(name: str) -> None:
    job = jobs()[name]
    assert job.get("extends") == ".python" or not any(line.startswith("make") for line in script(job))
