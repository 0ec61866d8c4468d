"""HTML parts that several views share: places, classes, contracts."""

from shop.architecture.report.fact_index import Fact, FactIndex, short_name
from shop.architecture.report.markup import Html, join, listing, tag


def file_link(path: str, line: int = 0) -> Html:
    """Link a file, or one line, to the list of files."""
    return tag("a", tag("code", f"{path.removeprefix('shop/')}{f':{line}' if line else ''}"), href=f"#file-{path}")


def module_link(index: FactIndex, name: str) -> Html:
    """Link a module to its file."""
    path = index.paths.get(name)
    return tag("a", tag("code", short_name(name)), href=f"#file-{path}") if path else tag("code", name)


def contract_badge(*, kept: bool) -> Html:
    """Draw the result of a contract as a sign and a word.

    The word makes the result readable without colours.
    """
    return tag("span", "✓ kept" if kept else "✕ broken", class_="kept" if kept else "broken")


def collaborator_list(index: FactIndex, class_fact: Fact, imported: str = "") -> Html:
    """List the collaborators of a class, optionally of one kind only."""
    collaborators = [
        (each["role"], index.classes[each["wanted"]])
        for each in class_fact["collaborators"]
        if each["wanted"] in index.classes
    ]
    selected = [(role, other) for role, other in collaborators if imported in ("", other["kind"])]
    return join([[", " if i else "", f"{role}: ", tag("b", other["name"])] for i, (role, other) in enumerate(selected)])


def class_summary(index: FactIndex, class_fact: Fact) -> Html:
    """Summarize a class: its sentence and its collaborators."""
    listed = collaborator_list(index, class_fact)
    return join([tag("b", class_fact["name"]), " ", class_fact["sentence"], [" Holds ", listed, "."] if listed else ""])


def contract_summary(contract: Fact | None) -> Html:
    """Summarize a contract: its result, sentence and guidance."""
    if contract is None:
        return Html()
    sentence = tag("a", contract["name"], href=f"#contract-{contract['id']}")
    return join([tag("p", contract_badge(kept=contract["kept"]), " ", sentence, "."), tag("p", contract["guidance"])])


def finding_list(contract: Fact) -> Html:
    """List the findings of a contract with their alternatives."""
    return listing(
        (file_link(class_fact["path"], class_fact["line"]), " ", class_fact["what"], _instead(class_fact, contract))
        for class_fact in contract["findings"]
    )


def _instead(class_fact: Fact, contract: Fact) -> Html:
    """Return the alternative, unless the guidance repeats it."""
    return (
        Html() if class_fact["instead"] in ("", contract["guidance"]) else join([" ", tag("em", class_fact["instead"])])
    )
