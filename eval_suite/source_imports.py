"""Which modules of a package the code of a module needs, told from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path


class SourceImports:
    """The modules of a package and what each imports, wherever in the module.

    A name that a package hands on is one of the module that defines it: who imports
    one layer from `keras_entropy` needs that layer's module, not those of all layers.

    Args:
        package: The package's folder.
    """

    def __init__(self, package: Path) -> None:
        self._name = package.name
        self._paths = {}
        for path in sorted(package.rglob("*.py")):
            if not path.name.endswith("_test.py"):
                parts = path.relative_to(package.parent).with_suffix("").parts
                self._paths[".".join(parts).removesuffix(".__init__")] = path
        self._statements = {
            module: list(_import_statements(path))
            for module, path in self._paths.items()
        }

    @property
    def modules(self) -> list[str]:
        """The names of all modules and packages, tests left out."""
        return list(self._paths)

    def needed_by(self, modules: Iterable[str]) -> list[Path]:
        """Returns the files of modules, and of all that these import.

        Args:
            modules: Names of modules.

        Raises:
            KeyError: If the package has no such module.
        """
        found: set[str] = set()
        left = list(modules)
        while left:
            module = left.pop()
            if module not in found:
                found.add(module)
                left += [
                    self._defining(*name)
                    for name in self._statements[module]
                    if name[0].split(".")[0] == self._name
                ]
        return sorted(self._paths[module] for module in found)

    def _defining(self, module: str, name: str) -> str:
        """Returns the module in which a name is defined that is imported from one."""
        if f"{module}.{name}" in self._paths:
            return f"{module}.{name}"
        if self._paths[module].name == "__init__.py":
            for origin, handed_on in self._statements[module]:
                if handed_on == name and origin.split(".")[0] == self._name:
                    return self._defining(origin, name)
        return module


def _import_statements(path: Path) -> Iterable[tuple[str, str]]:
    """Yields a module and a name in it, empty where the module itself is imported."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
