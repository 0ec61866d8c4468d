"""Access matrix: expected and received responses of each actor at each route."""

from collections.abc import Iterator
from typing import NamedTuple

from shop.core.auth.policy import AccessRule
from shop.core.database.model import DEFAULT_TENANT
from shop.supports.user import is_system_permission
from tests.http.support.marked_rows import ON_SALE, Actor, MarkedRows
from tests.http.support.routes import Route, example, read_routes
from tests.purchase.support.in_process_shop import InProcessShop


class Cell(NamedTuple):
    """One route called by one actor.

    `hidden`: the request names a row that is not public.
    """

    route: Route
    actor: Actor
    hidden: bool = False


class ReceivedAnswer(NamedTuple):
    """Status and text of a response."""

    status: int
    text: str


def find_actor_mistakes(shop: InProcessShop, actor: Actor, verbs: str = "") -> list[str]:
    """List the differences between the rules and the responses to an actor.

    Only for the given methods, or for all.
    """
    untouched = MarkedRows(shop)
    return [
        mistake
        for cell in cells_of(read_routes(shop.http.application), actor)
        if cell.route.verb in (verbs or cell.route.verb)
        # Each write starts from untouched rows.
        for mistake in find_cell_mistakes(untouched if cell.route.verb == "GET" else MarkedRows(shop), cell)
    ]


def cells_of(routes: list[Route], actor: Actor) -> Iterator[Cell]:
    """Yield the cells of an actor.

    A route that is partly public has two cells.
    """
    for route in routes:
        yield Cell(route, actor)
        if route.rule.public and route.rule.permission:
            yield Cell(route, actor, hidden=True)


def find_cell_mistakes(marked_rows: MarkedRows, cell: Cell) -> Iterator[str]:
    """Yield the mistakes in the response to a cell."""
    before, answer, after = marked_rows.rows(), send_cell(marked_rows, cell), marked_rows.rows()
    cell_name = f"{cell.route.name}{' (hidden)' * cell.hidden}"
    if answer.status not in expected_statuses(cell):
        yield f"{cell_name}: {answer.status}, not {sorted(expected_statuses(cell))}"
    if answer.status >= 400 and before != after:
        yield f"{cell_name}: refused after the write"
    yield from (f"{cell_name}: leaks rows of {area}" for area in _leaks(marked_rows, cell, answer))


def expected_statuses(cell: Cell) -> set[int]:
    """Return the statuses that the access rule allows for the actor."""
    route, actor, rule = cell.route, cell.actor, cell.route.rule
    if not route.checks_token:
        # On routes without a token the body may identify the caller.
        return route.successes | ({401} & route.statuses)
    if actor.disabled or not (actor.signed_in or rule.public):
        return {401}
    if _is_refused(rule, actor):
        return {403}
    return route.successes if _is_reached(cell) else {404}


def send_cell(marked_rows: MarkedRows, cell: Cell) -> ReceivedAnswer:
    """Send the request of a cell."""
    route, ids = cell.route, marked_rows.ids(hidden=cell.hidden)
    assert set(route.parameters) <= ids.keys(), (
        f"Add the ids for {route.parameters} in tests/http/support/marked_rows.py."
    )
    token = marked_rows.token_of(cell.actor, route.rule.permission.code if route.rule.permission else "")
    body = None if route.body is None else example(route.body)
    response = marked_rows.shop.send(route.verb, route.path.format(**ids) + route.query, token, body)
    return ReceivedAnswer(response.status_code, f"{response.headers}\n{response.get_data(as_text=True)}")


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
    # A system permission in the row of a clerk has no effect.
    granted = actor.permission_scope == "that" and rule.permission and not is_system_permission(rule.permission.code)
    return rule.permission is not None and (actor.admin or bool(granted))


def _leaks(marked_rows: MarkedRows, cell: Cell, answer: ReceivedAnswer) -> list[str]:
    """Return the areas whose marks are received without permission."""
    visible = _visible_areas(cell) if cell.actor.tenant_id == DEFAULT_TENANT and answer.status < 300 else set()
    return [area for area, mark in marked_rows.marks.items() if area not in visible and mark in answer.text]


def _visible_areas(cell: Cell) -> set[str]:
    """Return the areas that the actor may see in its own tenant."""
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
