"""Test that a new module needs new files only."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import shop

pytestmark = pytest.mark.slow
PACKAGE = Path(shop.__file__).parent
PROGRAM = """
import json, sys
import shop.models.coupon
from shop.app import create_app
from shop.core.database.engine import Database
from shop.core.database.model import Model
from shop.core.settings.settings import Settings
from shop.migrations.runner import upgrade
app = create_app(Settings(var=sys.argv[1]))
container = app.extensions["shop"]
upgrade(container.get(Database).engine)
Model.metadata.create_all(container.get(Database).engine)
get = lambda path: app.test_client().get(path).json
wired = {name: collaborators for name, collaborators in container.describe() if name.startswith("Coupon")}
paths = sorted(path for path in get("/openapi.json")["paths"] if "coupon" in path)
print(json.dumps([wired, paths, get("/api/v1/coupons"), get("/api/v1/coupons/7"), shop.__file__]))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the package and add a module `coupon` beside each `item`."""
    folder = tmp_path_factory.mktemp("grown") / "shop"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in sorted(folder.glob("*/item.py")):
        file.with_name("coupon.py").write_text(replace_nouns(file.read_text()))
    return folder


def replace_nouns(text: str) -> str:
    renamed = text.replace("item", "coupon").replace("Item", "Coupon")
    return re.sub(r"\b(4\d\d)_3(\d\d)\b", r"\1_990_\2", renamed)


def digests(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_new_module_changes_no_existing_file(copy: Path) -> None:
    before, after = digests(PACKAGE), digests(copy)
    added = after.keys() - before.keys()
    assert {name: after[name] for name in before} == before
    assert len(added) >= 9
    assert all(re.fullmatch(r"[a-z_]+/coupon\.py", name) for name in added)


def test_the_new_module_is_found_wired_documented_and_served(copy: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("var").mkdir()
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "var")]
    process = subprocess.run(
        command, cwd=copy.parent, env={"PYTHONPATH": str(copy.parent)}, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    wired, paths, page, missing, package = json.loads(process.stdout)
    assert package == str(copy / "__init__.py")
    assert {"CouponRepository", "CouponCombination", "CouponService", "CouponController"} <= wired.keys()
    assert "CouponRepository" in wired["CouponService"]
    below = ("", "/{coupon_id}", "/{coupon_id}/restore", "/{coupon_id}/translations")
    assert paths == [f"/api/v1/coupons{path}" for path in below]
    assert (page["code"], page["data"]["data"]) == (200, [])
    assert (missing["code"], missing["message"]) == (404_990_01, "Coupon 7 does not exist.")
