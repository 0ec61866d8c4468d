"""Rule for one Model per Repository, Model file and Validator."""

import ast
import re
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.rules.naming import camel, stem_of
from shop.architecture.source.classes import Class, classes_by_unit, classes_of, kind_of
from shop.architecture.source.names import find_annotation_names, find_string_literals, imports_of
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import of_module
from shop.architecture.units import is_inside, noun_of, unit_of

RULE = "one_model"
SPLIT = "Query the other table in its own Repository, and combine both results in a Service."
_SQL = re.compile(r"\b(?:from|join|into|update|table)\s+[`\"]?(\w+)", re.IGNORECASE)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for files that serve more than one Model."""
    units = classes_by_unit(sources)
    tables = {name for source in sources.in_folder("models") for name in _table_names(source)}
    for source in sources.in_folder("repositories"):
        yield from _check_model_imports(source, units[unit_of(source.module)])
        yield from _check_bindings(source)
        yield from _check_other_tables(source, tables)
    for source in sources.in_folder("models"):
        yield from _check_model_file(source)
    for source in sources.in_folder("validators"):
        yield from _check_validator_file(source)


def _check_model_imports(source: Source, classes: tuple[Class, ...]) -> Iterator[Finding]:
    """Check the Models that a file imports against those its unit binds."""
    models = [import_ for import_ in imports_of(source) if _is_model(import_.target)]
    bound = {name for cls in classes for name in _models_of(cls)}
    for import_ in models:
        if import_.target not in bound:
            what = f"{import_.name} is not the Model of this Repository."
            yield source.finding(import_.line, RULE, what, SPLIT)


def _check_bindings(source: Source) -> Iterator[Finding]:
    first_models: set[str] = set()
    for cls in classes_of(source):
        if not kind_of(cls.name):
            continue
        models = _models_of(cls)
        if len(models) != 1:
            what = f"{cls.short} binds {len(models)} Models, not one."
            yield source.finding(cls.node, RULE, what, "Declare `model = Item` and `Repository[Item]`, of one Model.")
        first_models = first_models or models
        if models - first_models:
            what = f"{cls.short} binds another Model than the first Repository of this file."
            yield source.finding(cls.node, RULE, what, SPLIT)


def _models_of(cls: Class) -> set[str]:
    if not kind_of(cls.name):
        return set()
    assigned = [part.value for part in cls.node.body if isinstance(part, ast.Assign) and _assigns_model(part)]
    bases = [base.slice for base in cls.node.bases if isinstance(base, ast.Subscript)]
    return (
        {name for node in assigned + bases for name in find_annotation_names(cls.source, node)} if assigned else set()
    )


def _assigns_model(part: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "model" for target in part.targets)


def _check_other_tables(source: Source, tables: set[str]) -> Iterator[Finding]:
    for node in source.nodes(ast.Attribute):
        if node.attr in {"metadata", "registry", "__subclasses__"}:
            yield source.finding(node, RULE, f"`{node.attr}` gives access to every table.", SPLIT)
    for text in find_string_literals(source):
        for table in sorted(tables & (_tables_in_sql(str(text.value)) | {str(text.value)})):
            what = f"The table {table} is named as text."
            yield source.finding(
                text, RULE, what, "Use the columns of the Model; another table has its own Repository."
            )


def _tables_in_sql(text: str) -> set[str]:
    return {word.lower() for word in _SQL.findall(text)}


def _check_model_file(source: Source) -> Iterator[Finding]:
    models = [cls for cls in classes_of(source) if _has_table(cls)]
    for cls in models if is_inside(source.module) else ():
        what = f"{cls.short} stands inside of the unit {unit_of(source.module)}."
        yield source.finding(cls.node, RULE, what, "Define the Model in the __init__ of the unit.")
    for extra in models[1:]:
        what = f"{extra.short} is the second Model of this file."
        yield source.finding(extra.node, RULE, what, "Move it to its own file, with its own Repository.")
    expected_name = camel(stem_of(source))
    if models and models[0].short != expected_name:
        what = f"The Model of {stem_of(source)}.py is called {models[0].short}."
        yield source.finding(models[0].node, RULE, what, f"A Model has the noun of its file: {expected_name}.")


def _check_validator_file(source: Source) -> Iterator[Finding]:
    for import_ in imports_of(source):
        structure, stem = of_module(import_.module), noun_of(import_.module)
        if structure and structure.name in {"ExceptionCode", "Constant"} and not _is_own(stem, stem_of(source)):
            what = f"A Validator of {stem_of(source)} uses the {structure.name} of {stem}."
            yield source.finding(import_.line, RULE, what, "Use the codes and limits of the Validator's own Model.")
    for extra in [cls for cls in classes_of(source) if kind_of(cls.name)][1:]:
        what = f"{extra.short} is the second Validator of this file."
        yield source.finding(extra.node, RULE, what, "Move it to its own file.")


def _is_own(stem: str, file: str) -> bool:
    return file == stem or file.startswith(f"{stem}_")


def _has_table(cls: Class) -> bool:
    names = {target.id for part in cls.node.body if isinstance(part, ast.Assign) for target in _names(part)}
    return "__tablename__" in names or "__table__" in names or "shop.core.database.model.Model" in cls.bases


def _names(part: ast.Assign) -> Iterator[ast.Name]:
    return (target for target in part.targets if isinstance(target, ast.Name))


def _table_names(source: Source) -> Iterator[str]:
    for node in source.nodes(ast.Assign):
        if "__tablename__" in {name.id for name in _names(node)} and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def _is_model(name: str) -> bool:
    structure = of_module(name.rpartition(".")[0])
    return structure is not None and structure.name == "Model"
