"""Holds both packages to their walls: which folder may import which."""

import ast
import collections
import graphlib
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent
# Each folder or module at the top of a package, and what it may import of its own
# package. The root, "", is the package's face.
LIBRARY = {
    "arrays": "",
    "_version": "",
    "adam": "arrays",
    "labels": "arrays",
    "named_objects": "",
    "numerics": "arrays",
    "attacks": "adam arrays labels",
    "examples": "arrays labels models numerics",
    "audit": "arrays examples labels",
    "prediction_quality": "arrays",
    "layers": "adam arrays labels numerics",
    "losses": "arrays numerics",
    "models": "arrays layers",
    "privacy": "arrays layers models",
    "queries": "arrays attacks labels layers named_objects numerics",
    "shadow": "_version arrays layers models named_objects privacy",
    "training": (
        "arrays labels layers models numerics prediction_quality privacy shadow"
    ),
    "callbacks": "arrays attacks examples labels models numerics training",
    "catalog": (
        "arrays examples labels layers losses models numerics privacy shadow training"
    ),
    "search": (
        "arrays attacks catalog examples labels layers models prediction_quality "
        "queries shadow training"
    ),
    "": "_version callbacks catalog layers losses models privacy search training",
}
SUITE = {
    "source_digest": "",
    "source_imports": "",
    "undefended": "",
    "without_keras": "",
    "datasets": "",
    "options": "undefended",
    "results": "undefended",
    "subjects": ("datasets options results source_digest source_imports undefended"),
    "gate": "options results undefended",
    "report": "options results without_keras",
    "guides": "report results",
    "measurements": (
        "datasets gate options results source_digest subjects undefended without_keras"
    ),
    "doctor": "datasets measurements options results subjects undefended",
    "session": (
        "datasets doctor gate measurements options report results subjects undefended"
    ),
    "membership_audit": (
        "datasets gate measurements options results subjects undefended"
    ),
    "audit_model": "measurements membership_audit options subjects undefended",
    "plugin": (
        "audit_model doctor measurements membership_audit options results session "
        "subjects without_keras"
    ),
    "python_call": "options plugin session",
    "evaluation": "options python_call report results",
    "": "evaluation",
    "checks": "doctor gate measurements options results subjects undefended",
}
MOST_MODULES = 15


def modules(package):
    """The path of each module by its name.

    Tests and benchmarks may import what they like: no module may import them.
    """
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if not path.name.endswith("_test.py") and "benchmarks" not in parts:
            found[".".join(parts).removesuffix(".__init__")] = path
    assert found
    return found


def imported(path):
    """The modules and names that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def graph(package):
    """The modules of the package that each of its modules imports."""
    known = modules(package)
    arrows = {}
    for module, path in known.items():
        names = [name for name in imported(path) if name.split(".")[0] == package]
        # What is imported is a module, or something in one.
        arrows[module] = {
            name if name in known else name.rpartition(".")[0] for name in names
        }
    return arrows


def room(module):
    """The folder or module at the top of its package that a module is in."""
    name = module.split(".")[1] if "." in module else ""
    return "checks" if name.startswith("test_") else name


@pytest.mark.parametrize(
    ("package", "allowed"), [("keras_entropy", LIBRARY), ("eval_suite", SUITE)]
)
def test_imports_go_downward(package, allowed):
    graphlib.TopologicalSorter(
        {name: rooms.split() for name, rooms in allowed.items()}
    ).prepare()  # raises at a circle
    wrong = [
        f"{module} imports {target}"
        for module, targets in graph(package).items()
        for target in targets
        if room(module) != room(target)
        and room(target) not in allowed[room(module)].split()
    ]
    assert not wrong


@pytest.mark.parametrize("package", ["keras_entropy", "eval_suite"])
def test_no_module_imports_itself_in_the_end(package):
    graphlib.TopologicalSorter(graph(package)).prepare()  # raises at a circle


def test_the_library_knows_no_suite_and_the_attacks_no_keras():
    for module, path in modules("keras_entropy").items():
        roots = {name.split(".")[0] for name in imported(path)}
        assert "eval_suite" not in roots, module
        if room(module) in ("arrays", "attacks", "labels", "prediction_quality"):
            assert not roots & {"keras", "tensorflow", "jax", "torch"}, module


def test_no_folder_is_crowded():
    for package in ("keras_entropy", "eval_suite"):
        crowd = collections.Counter(
            path.parent
            for path in modules(package).values()
            if path.name != "__init__.py" and not path.name.startswith("test_")
        )
        assert max(crowd.values()) <= MOST_MODULES, crowd.most_common(1)
