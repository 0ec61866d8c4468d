"""Jobs of the pipeline, and the targets of `make test`."""

import re
from typing import Any

import pytest

from tests.delivery.delivery_files import ROOT, pipeline_jobs, read_yaml, script_lines, services
from tests.support import samples

SCHEDULED = [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]


def _find_make_targets() -> set[str]:
    """Return the targets of all jobs that do not wait for the schedule."""
    jobs = [job for job in pipeline_jobs().values() if job.get("rules") != SCHEDULED]
    lines = [line.split() for job in jobs for line in script_lines(job)]
    return {target for command, *targets in lines if command == "make" for target in targets}


def stage_of(job: dict[str, Any]) -> str:
    stage: str = job["stage"] if "stage" in job else stage_of(pipeline_jobs()[job["extends"]])
    return stage


def test_the_pipeline_runs_all_targets_of_make_test() -> None:
    recipe = re.search(r"^test:(.*?)(##|$)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    # The linters and clients of the document need Node and Java, which `make test` does not.
    assert _find_make_targets() - {"lint-openapi", "clients"} == {
        word for word in recipe[1].split() if not word.startswith("$")
    }


@pytest.mark.parametrize("name", ["coverage", "newest", "repeat", "rolling", "teeth", "test-all"])
def test_a_nightly_job_runs_its_target_on_a_schedule_only(name: str) -> None:
    job = pipeline_jobs()[name]
    assert (job["rules"], job["script"]) == (SCHEDULED, f"make {name}")
    assert job.get("allow_failure", False) is (name == "newest")


@pytest.mark.parametrize("name", ["test", "rolling"])
def test_a_job_that_reads_the_previous_release_fetches_the_whole_history(name: str) -> None:
    assert pipeline_jobs()[name]["variables"]["GIT_DEPTH"] == "0"


def test_the_job_for_whole_products_extends_the_test_job() -> None:
    assert pipeline_jobs()["test-all"]["extends"] == "test"


def test_the_figure_of_coverage_is_found_in_the_report() -> None:
    pattern = pipeline_jobs()["coverage"]["coverage"].strip("/")
    found = re.search(pattern, "TOTAL      6556    653   1096     83    88%\n\n86 files skipped", re.MULTILINE)
    assert found
    assert found[1] == "88"


def test_make_test_all_sets_the_variable_for_whole_products() -> None:
    assert re.search(rf"^test-all: export {samples.ALL_VARIABLE} = 1$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_mutants_run_on_a_schedule_and_block_nothing() -> None:
    job = pipeline_jobs()["mutants"]
    assert (job["rules"], job["script"], job["allow_failure"]) == (SCHEDULED, "make mutants", True)


def test_the_stages_are_in_order_and_each_has_a_job() -> None:
    stages = read_yaml(".gitlab-ci.yml")["stages"]
    assert stages == ["lint", "contracts", "test", "build"]
    assert {stage_of(job) for job in pipeline_jobs().values()} == set(stages)


def test_an_image_is_built_from_main_only() -> None:
    pushing = [job for job in pipeline_jobs().values() if any("docker" in line for line in script_lines(job))]
    assert [job["rules"] for job in pushing] == [[{"if": '$CI_COMMIT_BRANCH == "main"'}]]


def test_an_image_is_pushed_only_after_the_stack_was_healthy() -> None:
    lines = script_lines(pipeline_jobs()["build"])
    up = next(i for i, line in enumerate(lines) if "compose up" in line and "--wait" in line)
    assert [i > up for i, line in enumerate(lines) if "docker push" in line] == [True]


def test_the_tests_run_on_the_stores_of_the_stack() -> None:
    test = pipeline_jobs()["test"]
    assert services()["mysql"]["image"] in test["parallel"]["matrix"][0]["DATABASE"]
    assert services()["redis"]["image"] in [service["name"] for service in test["services"]]
    aliases = {service["alias"] for service in test["services"]}
    hosts = re.findall(r"://(?:[^@]*@)?(\w+):", " ".join(test["variables"].values()))
    assert set(hosts) == aliases


def test_the_pipeline_and_the_image_use_the_same_python() -> None:
    image = re.search(r"^ARG PYTHON=(3\.\d+)-", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert image
    assert read_yaml(".gitlab-ci.yml")["default"]["image"].startswith(f"python:{image[1]}-")


def test_the_stored_test_report_is_the_written_one() -> None:
    test = pipeline_jobs()["test"]
    assert test["variables"]["PYTEST_ADDOPTS"] == f"--junitxml={test['artifacts']['reports']['junit']}"


def test_the_stored_code_quality_report_is_the_written_one() -> None:
    job = pipeline_jobs()["contracts"]
    report = job["artifacts"]["reports"]["codequality"]
    assert job["after_script"] == [f".venv/bin/flask shop arch check --format gitlab > {report}"]
    assert job["artifacts"]["when"] == "always"


@pytest.mark.parametrize("name", sorted(pipeline_jobs()))
def test_a_job_that_uses_pip_caches_its_downloads(name: str) -> None:
    job = pipeline_jobs()[name]
    assert job.get("extends") in {".python", "test"} or not any(line.startswith("make") for line in script_lines(job))


@pytest.mark.parametrize("lock", ["requirements.lock", ".ci/installer.lock"])
def test_a_lock_file_has_hashes_and_no_index_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.findall(r"^([\w.-]+)==.*$", text, re.MULTILINE)
    assert pins
    assert len(pins) == len(re.findall(r"^[\w.-]+==[^\n]* \\\n +--hash=sha256:", text, re.MULTILINE))
    assert "://" not in text
