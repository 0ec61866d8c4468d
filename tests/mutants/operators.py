"""Mutation operators: small defects in the syntax tree of a function.

An operator takes a node and yields its changes; a change edits the node, or is the node that takes its place. Texts of
log records and of raised errors are left alone, as are annotations, docstrings and default values.
"""

import ast
from collections.abc import Callable, Iterator

# Name of the change, and a function that makes it: it returns the replacement of the node.
Change = tuple[str, Callable[[ast.AST], ast.AST]]

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def find_changes(node: ast.AST) -> Iterator[Change]:
    """Yield the changes of one node."""
    for kind, operator in _OPERATORS:
        if isinstance(node, kind):
            yield from operator(node)


def _swap(holder: str, *, index: int | None = None) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        if index is None:
            setattr(node, holder, _SWAPS[type(getattr(node, holder))]())
        else:
            operators = getattr(node, holder)
            operators[index] = _SWAPS[type(operators[index])]()
        return node

    return change


def _change_comparison(node: ast.Compare) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        yield f"{_name(operator)} -> {_name(_SWAPS[type(operator)]())}", _swap("ops", index=index)


def _change_operator(node: ast.BoolOp | ast.BinOp | ast.AugAssign) -> Iterator[Change]:
    texts = (ast.JoinedStr, ast.Constant)
    is_text = isinstance(node, ast.BinOp) and any(
        isinstance(side, texts) and not isinstance(getattr(side, "value", ""), int | float)
        for side in (node.left, node.right)
    )
    if type(node.op) in _SWAPS and not is_text:
        yield f"{_name(node.op)} -> {_name(_SWAPS[type(node.op)]())}", _swap("op")


def _remove_negation(node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Not):
        yield "not removed", lambda each: each.operand  # type: ignore[attr-defined]


def _negate_condition(node: ast.If | ast.IfExp | ast.While | ast.comprehension) -> Iterator[Change]:
    tests = node.ifs if isinstance(node, ast.comprehension) else [node.test]
    for index, test in enumerate(tests):
        # A comparison and a negation have changes of their own.
        if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield "condition negated", _negate_test(index)


def _negate_test(index: int) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        if isinstance(node, ast.comprehension):
            node.ifs[index] = ast.UnaryOp(ast.Not(), node.ifs[index])
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return node

    return change


def _change_constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", lambda _: ast.Constant(not value)
    elif isinstance(value, int | float):
        yield f"{value} -> {value + 1}", lambda _: ast.Constant(value + 1)
    elif isinstance(value, str):
        yield f"{value!r} -> {value + 'XX'!r}"[:60], lambda _: ast.Constant(value + "XX")


def _change_return(node: ast.Return) -> Iterator[Change]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return None", lambda _: ast.Return(ast.Constant(None))


def _remove_statement(node: ast.Expr | ast.Raise | ast.AugAssign) -> Iterator[Change]:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom)):
        yield "statement removed", lambda _: ast.Pass()


def _change_assignment(node: ast.Assign) -> Iterator[Change]:
    if isinstance(node.targets[0], ast.Tuple) or (isinstance(node.value, ast.Constant) and node.value.value is None):
        return

    yield "value -> None", lambda _: ast.Assign(node.targets, ast.Constant(None))


def _change_call(node: ast.Call) -> Iterator[Change]:
    first = node.args[:2]
    is_pair = len(first) == 2 and not any(isinstance(each, ast.Starred) for each in first)
    if is_pair and ast.dump(first[0]) != ast.dump(first[1]):
        yield "arguments swapped", _swap_arguments
    for index, keyword in enumerate(node.keywords):
        if keyword.arg:
            yield f"{keyword.arg}= removed", _remove_keyword(index)


def _swap_arguments(node: ast.AST) -> ast.AST:
    if isinstance(node, ast.Call):
        node.args[:2] = node.args[1::-1]
    return node


def _remove_keyword(index: int) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Call):
            del node.keywords[index]
        return node

    return change


def _swap_jump(node: ast.Break | ast.Continue) -> Iterator[Change]:
    other = ast.Continue if isinstance(node, ast.Break) else ast.Break
    yield f"{_name(node)} -> {other.__name__.lower()}", lambda _: other()


def _name(node: ast.AST) -> str:
    return type(node).__name__.lower()


_OPERATORS: tuple[tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Iterator[Change]]], ...] = (
    (ast.Compare, _change_comparison),
    ((ast.BoolOp, ast.BinOp, ast.AugAssign), _change_operator),
    (ast.UnaryOp, _remove_negation),
    ((ast.If, ast.IfExp, ast.While, ast.comprehension), _negate_condition),
    (ast.Constant, _change_constant),
    (ast.Return, _change_return),
    ((ast.Expr, ast.Raise, ast.AugAssign), _remove_statement),
    (ast.Assign, _change_assignment),
    (ast.Call, _change_call),
    ((ast.Break, ast.Continue), _swap_jump),
)
