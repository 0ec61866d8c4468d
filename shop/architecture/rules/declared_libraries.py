"""Rule that setup.cfg declares and importlinter.ini places every outside library."""

import re
import sys
from collections.abc import Iterator
from configparser import ConfigParser

from shop.architecture.finding import Finding
from shop.architecture.source.names import imports_of
from shop.architecture.source.source import Sources

RULE = "declared_libraries"
# Import names that differ from the name of the distribution.
IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "import-linter": "importlinter",
    "pyjwt": "jwt",
    "python-dotenv": "dotenv",
}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for imports of undeclared or unplaced libraries."""
    declared, placed = _read_declared(sources.text("setup.cfg")), _read_placed(sources.text("importlinter.ini"))
    for source in sources.files:
        for import_ in imports_of(source):
            library = import_.module.partition(".")[0]
            if library in sys.stdlib_module_names or library in {"shop", ""}:
                continue
            if library not in declared:
                yield source.finding(
                    import_.line,
                    RULE,
                    f"{library} is neither in the standard library nor declared in setup.cfg.",
                    "Add it to install_requires, even when another library depends on it, or remove the import.",
                )
            if library not in placed:
                yield source.finding(
                    import_.line,
                    RULE,
                    f"{library} has no contract, so it could be imported anywhere.",
                    "Add it to a library contract in importlinter.ini.",
                )


def _read_declared(text: str) -> set[str]:
    setup = ConfigParser(interpolation=None)
    setup.read_string(text)
    lines = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    names = {re.split(r"[\[<>=~!; ]", line)[0].lower() for block in lines for line in block.split("\n") if line}
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names}


def _read_placed(text: str) -> set[str]:
    contracts = ConfigParser(interpolation=None)
    contracts.read_string(text)
    lines = [contracts[section].get("forbidden_modules", "") for section in contracts.sections()]
    return {line.strip() for block in lines for line in block.split("\n") if line.strip()}
