"""The access matrix: what each actor must hear at each route, by the declared rule, and what it hears."""

from collections.abc import Iterator
from typing import NamedTuple

from shop.core.auth.policy import AccessRule
from shop.core.database.model import DEFAULT_TENANT
from shop.supports.user import is_system_permission
from tests.http.support.marked_rows import ON_SALE, Actor, MarkedRows
from tests.http.support.routes import Route, example, read_routes
from tests.purchase.support.in_process_shop import InProcessShop


class Cell(NamedTuple):
    """One route asked by one actor; `hidden`: for something that is not public."""

    route: Route
    actor: Actor
    hidden: bool = False


class ReceivedAnswer(NamedTuple):
    """An answer."""

    status: int
    text: str


def find_actor_mistakes(shop: InProcessShop, actor: Actor, verbs: str = "") -> list[str]:
    """Where an actor hears something else than the rules say, or more; of these verbs, or of all."""
    untouched = MarkedRows(shop)
    return [
        mistake
        for cell in cells_of(read_routes(shop.http.application), actor)
        if cell.route.verb in (verbs or cell.route.verb)
        # Each write starts from untouched rows.
        for mistake in find_cell_mistakes(untouched if cell.route.verb == "GET" else MarkedRows(shop), cell)
    ]


def cells_of(routes: list[Route], actor: Actor) -> Iterator[Cell]:
    """The cells of an actor: two for a route of which a part is not public."""
    for route in routes:
        yield Cell(route, actor)
        if route.rule.public and route.rule.permission:
            yield Cell(route, actor, hidden=True)


def find_cell_mistakes(stage: MarkedRows, cell: Cell) -> Iterator[str]:
    """What is wrong with the answer to a cell."""
    before, heard, after = stage.rows(), send_cell(stage, cell), stage.rows()
    where = f"{cell.route.name}{' (hidden)' * cell.hidden}"
    if heard.status not in expected_statuses(cell):
        yield f"{where}: {heard.status}, not {sorted(expected_statuses(cell))}"
    if heard.status >= 400 and before != after:
        yield f"{where}: refused, and done"
    yield from (f"{where}: tells what {area} is for" for area in _leaks(stage, cell, heard))


def expected_statuses(cell: Cell) -> set[int]:
    """The statuses that the declared rule promises to the actor."""
    route, actor, rule = cell.route, cell.actor, cell.route.rule
    if not route.asks:
        # On routes without a token the body may identify the caller.
        return route.successes | ({401} & route.statuses)
    if actor.disabled or not (actor.signed_in or rule.public):
        return {401}
    if _is_refused(rule, actor):
        return {403}
    return route.successes if _is_reached(cell) else {404}


def send_cell(stage: MarkedRows, cell: Cell) -> ReceivedAnswer:
    """Send what the cell asks."""
    route, ids = cell.route, stage.ids(hidden=cell.hidden)
    assert set(route.parameters) <= ids.keys(), (
        f"Say in tests/http/support/marked_rows.py what stands for {route.parameters}."
    )
    token = stage.token_of(cell.actor, route.rule.permission.code if route.rule.permission else "")
    body = None if route.body is None else example(route.body)
    answer = stage.shop.send(route.verb, route.path.format(**ids) + route.query, token, body)
    return ReceivedAnswer(answer.status_code, f"{answer.headers}\n{answer.get_data(as_text=True)}")


def _is_refused(rule: AccessRule, actor: Actor) -> bool:
    needs = rule.permission and not (rule.public or rule.own)
    return bool(needs) and not _has_permission(actor, rule)


def _is_reached(cell: Cell) -> bool:
    rule, actor = cell.route.rule, cell.actor
    if not cell.route.parameters:
        return True
    if actor.tenant_id != DEFAULT_TENANT:
        return False
    if cell.hidden or rule.own:
        return _has_permission(actor, rule) or (rule.own and actor.owner)
    return True


def _has_permission(actor: Actor, rule: AccessRule) -> bool:
    # What is the system's means nothing on the row of a clerk.
    held = actor.permission_scope == "that" and rule.permission and not is_system_permission(rule.permission.code)
    return rule.permission is not None and (actor.admin or bool(held))


def _leaks(stage: MarkedRows, cell: Cell, heard: ReceivedAnswer) -> list[str]:
    """The marks in an answer that the actor may not see."""
    seen = _visible_areas(cell) if cell.actor.tenant_id == DEFAULT_TENANT and heard.status < 300 else set()
    return [area for area, mark in stage.marks.items() if area not in seen and mark in heard.text]


def _visible_areas(cell: Cell) -> set[str]:
    """The areas that the actor may see in what its own tenant answers."""
    actor, permission = cell.actor, cell.route.rule.permission
    if actor.admin:
        return {"100", "100002", "300", "300003", "400", "500", ON_SALE}
    if actor.owner:
        return {"100", "100002", "400", ON_SALE}
    return (
        {permission.code, permission.code[:3], ON_SALE}
        if actor.permission_scope == "that" and permission
        else {ON_SALE}
    )
