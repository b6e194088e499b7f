"""Single changes to a module's source that its tests should see."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from types import CodeType
from typing import Any

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
# What tells people something, or types: `X | None` is no operation of the program.
_NOT_MUTATED = ("annotation", "returns", "decorator_list")


@dataclasses.dataclass(frozen=True)
class Mutation:
    """One change of a module.

    Attributes:
        module: String, the module's name.
        number: Integer, the change's place among those of the module.
        line: Integer, where it is.
        before: String, the expression as it is.
        after: String, and as it becomes.
    """

    module: str
    number: int
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before}  ->  {self.after}"


def mutations(module: str, source: str) -> list[Mutation]:
    """Returns all changes of a module.

    Args:
        module: String, its name.
        source: String, its text.

    Example:

        >>> [found.after for found in mutations("m", "low = a < b + 1")]
        ['a <= b + 1', 'a > b + 1', 'b - 1', '2']
    """
    return [
        Mutation(module, number, node.lineno, ast.unparse(node), ast.unparse(other))
        for number, (_, _, node, other) in enumerate(_changes(ast.parse(source)))
    ]


def mutated(source: str, number: int, path: str) -> CodeType:
    """Returns a module's code with one change.

    Args:
        source: String, the module's text.
        number: Integer, as in `Mutation`.
        path: String, the file that tracebacks name.
    """
    tree = ast.parse(source)
    for found, (holder, key, _, other) in enumerate(_changes(tree)):
        if found == number:
            holder[key] = ast.fix_missing_locations(other)
            return compile(tree, path, "exec")
    raise ValueError(f"`number` must be below {found + 1}. Received: {number}")


# A place of a tree: what holds the node (a list, or a node's own fields), and the key.
_Change = tuple[Any, Any, Any, Any]


def _changes(tree: ast.AST) -> Iterator[_Change]:
    """Yields `(holder, key, node, changed node)` from the top down."""
    if isinstance(tree, ast.Raise | ast.JoinedStr):
        return  # what an error says
    for name, value in ast.iter_fields(tree):
        if name in _NOT_MUTATED:
            continue
        places: list[tuple[Any, Any]] = [(vars(tree), name)]
        if isinstance(value, list):
            places = [(value, index) for index in range(len(value))]
        for holder, key in places:
            node = holder[key]
            if isinstance(node, ast.AST):
                for other in _variants(node):
                    yield holder, key, node, ast.copy_location(other, node)
                yield from _changes(node)


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yields what a node may become."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in _COMPARED[type(operator)]:
                operators = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield ast.Compare(node.left, operators, node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign) and type(node.op) in _COMPUTED:
        yield ast.AugAssign(node.target, _COMPUTED[type(node.op)](), node.value)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(
            ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values
        )
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield ast.Constant(node.value + 1)
        elif isinstance(node.value, float):
            yield ast.Constant(2 * node.value if node.value else 1.0)
