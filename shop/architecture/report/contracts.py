"""Report view: contracts with sentence, guidance and result."""

from shop.architecture.report.components import contract_badge, finding_list
from shop.architecture.report.fact_index import Fact, FactIndex
from shop.architecture.report.markup import Html, fold, join, section, tag

SENTENCE = "What the project promises itself, read aloud; open a sentence to learn why it is there."
TITLES = {
    "layers": "The map: imports point down",
    "protected": "Doors: who may import these files",
    "independence": "Leaves: who leans on nobody",
    "forbidden": "Places: where an outside library may be imported",
}
OWN_RULES_TITLE = "Own rules: what imports cannot show"


def draw(material: FactIndex) -> Html:
    """Draw all contracts, grouped by type."""
    groups: dict[str, list[Fact]] = {}
    for contract in material.facts["contracts"]:
        groups.setdefault(TITLES.get(contract["type"], OWN_RULES_TITLE), []).append(contract)
    parts = [[tag("h3", title), [_contract(each) for each in group]] for title, group in groups.items()]
    return section("contracts", "The contracts", SENTENCE, tag("div", parts, class_="columns"))


def _contract(contract: Fact) -> Html:
    summary = join([contract_badge(kept=contract["kept"]), " ", contract["name"]])
    found = finding_list(contract)
    return fold(
        summary, found, tag("p", contract["guidance"]), id=f"contract-{contract['id']}", open=not contract["kept"]
    )
