"""Report view: contracts with sentence, guidance and result."""

from shop.architecture.report.components import contract_badge, finding_list
from shop.architecture.report.fact_index import Fact, FactIndex
from shop.architecture.report.markup import Html, fold, join, section, tag

SENTENCE = "Each contract is one sentence; open it to read the reason."
TITLES = {
    "layers": "Layers: imports point down",
    "protected": "Protected: the permitted importers of these files",
    "independence": "Independence: packages that do not import each other",
    "forbidden": "Libraries: the permitted importers of outside libraries",
}
OWN_RULES_TITLE = "Source rules: violations that imports do not show"


def draw(index: FactIndex) -> Html:
    """Draw all contracts, grouped by type."""
    groups: dict[str, list[Fact]] = {}
    for contract in index.facts["contracts"]:
        groups.setdefault(TITLES.get(contract["type"], OWN_RULES_TITLE), []).append(contract)
    parts = [[tag("h3", title), [_contract(each) for each in group]] for title, group in groups.items()]
    return section("contracts", "The contracts", SENTENCE, tag("div", parts, class_="columns"))


def _contract(contract: Fact) -> Html:
    summary = join([contract_badge(kept=contract["kept"]), " ", contract["name"]])
    findings = finding_list(contract)
    return fold(
        summary, findings, tag("p", contract["guidance"]), id=f"contract-{contract['id']}", open=not contract["kept"]
    )
