"""Configuration of the documentation site: `make docs`."""

from sphinx.application import Sphinx

project = "shop"
extensions = ["myst_parser"]
# The sources are the pages of the repository themselves.
root_doc = "README"
include_patterns = ["*.md", "docs/**/*.md"]
exclude_patterns = [".venv*", "clients", "site", "tests", "var"]
# Headings are targets of links, as hosts of repositories make them.
myst_heading_anchors = 4
html_theme = "furo"
html_title = "shop"
html_extra_path = ["index.html"]
html_show_copyright = False
html_show_sphinx = False
# Each page is one click away in the sidebar.
_CONTENTS = """
```{toctree}
:hidden:
:glob:
:caption: Call
docs/call/README
docs/call/*
```

```{toctree}
:hidden:
:glob:
:caption: Operate
docs/operate/README
docs/operate/*
```

```{toctree}
:hidden:
:glob:
:caption: Extend
docs/extend/README
docs/extend/*
```

```{toctree}
:hidden:
:glob:
:caption: Architecture
docs/architecture/README
docs/architecture/*
docs/architecture/adr/README
docs/architecture/adr/*
docs/audit/README
docs/audit/*
```

```{toctree}
:hidden:
:caption: Project
CONTRIBUTING
SECURITY
CHANGELOG
```
"""


def _add_contents(_: Sphinx, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += _CONTENTS


def setup(app: Sphinx) -> None:
    """Add the contents of the sidebar to the first page, which hosts show without them."""
    app.connect("source-read", _add_contents)
