"""The documentation as a site: complete, searchable, without other hosts; a broken link fails."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.delivery.delivery_files import ROOT

pytestmark = pytest.mark.slow
# Elements and style sheets that a browser loads by itself.
LOADED = re.compile(r"""<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//""")


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    options = ["--quiet", "--fail-on-warning", "--keep-going", "-c", str(ROOT / "docs" / "site")]
    command = [sys.executable, "-m", "sphinx", *options, "-d", f"{target}.trees", str(source), str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    result = build(ROOT, folder)
    assert result.returncode == 0, result.stderr
    return folder


def test_every_page_of_the_docs_is_part_of_the_site(site: Path) -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(pages) > 40
    missing = [page for page in pages if not (site / page.relative_to(ROOT)).with_suffix(".html").exists()]
    assert missing == []


def test_the_first_page_is_found_and_lists_all_pages(site: Path) -> None:
    assert "url=README.html" in (site / "index.html").read_text()
    sidebar = (site / "README.html").read_text()
    for page in ("docs/operate/troubleshooting", "docs/operate/sizing", "docs/operate/faq", "SECURITY", "CONTRIBUTING"):
        assert f'href="{page}.html"' in sidebar


def test_the_search_knows_the_words_of_the_pages(site: Path) -> None:
    index = (site / "searchindex.js").read_text()
    assert "docs/operate/troubleshooting" in index
    assert "valkey" in index
    assert (site / "search.html").exists()


def test_a_page_loads_nothing_from_another_host(site: Path) -> None:
    files = [file for file in site.rglob("*") if file.suffix in {".html", ".css"} and "_downloads" not in file.parts]
    found = {file.name: LOADED.findall(file.read_text(errors="replace")) for file in files}
    assert {name: loaded for name, loaded in found.items() if loaded} == {}


@pytest.mark.parametrize("link", ["missing.md", "docs/call/README.md#no-such-heading", "docs/none.py"])
def test_a_broken_link_fails(tmp_path: Path, link: str) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / "docs" / "call", source / "docs" / "call")
    for name in ("operate", "extend", "audit", "architecture", "architecture/adr"):
        (source / "docs" / name).mkdir(exist_ok=True)
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("README.md")):
        target = source / page.relative_to(ROOT)
        target.write_text(f"# Page\n\n[a link]({link})\n" if page == ROOT / "README.md" else "# Page\n")
    result = build(source, tmp_path / "site")

    assert result.returncode != 0
    assert link.partition("#")[2] in result.stderr
    assert "README.md:3" in result.stderr
