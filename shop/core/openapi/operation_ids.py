"""Ids of operations, made of verb and path: `listItems`, `getItem`, `cancelOrder`."""

import re

_PARAMETER = re.compile(r"<[^>]*>|{[^}]*}")
_ON_ONE = {"GET": "get", "PATCH": "update", "PUT": "replace", "DELETE": "delete", "POST": "post"}
_ON_MANY = {"GET": "list", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}


def make_operation_id(verb: str, path: str) -> str:
    """Return the id of an operation in lower camel case.

    `path` begins at the resource: `/items/<id:item_id>/restore` with POST is `restoreItem`.
    """
    segments = path.strip("/").split("/")
    names = ["" if _PARAMETER.fullmatch(segment) else segment for segment in segments]
    owner = _make_singular(names[-3 if names[-1] == "" and len(names) > 2 else 0])
    if names[-1] == "":
        return _camel_case(_ON_ONE[verb], _make_singular(names[-2]))
    if "" not in names:
        return _camel_case(_ON_MANY[verb], _make_singular(names[-1]) if verb == "POST" else names[-1])
    # Below one resource: a POST is an action of its own name, other verbs are about a part of the resource.
    if verb == "POST":
        return _camel_case(names[-1], owner)
    return _camel_case(_ON_ONE[verb], owner, names[-1])


def capitalize_first(name: str) -> str:
    """Return a name in upper camel case: `listItems` becomes `ListItems`."""
    return name[:1].upper() + name[1:]


def _make_singular(noun: str) -> str:
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")


def _camel_case(*names: str) -> str:
    first, *others = [word for name in names for word in re.split("[-_]", name) if word]
    return first + "".join(map(capitalize_first, others))
