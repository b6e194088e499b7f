"""What tells one state of a package's code from another."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from collections.abc import Iterable
from pathlib import Path


def source_digest(package: Path, *, without: Container[str] = ()) -> str:
    """Returns a digest of the modules of a package, but for its tests.

    It is the same wherever the package lies.

    Args:
        package: The package's folder.
        without: Names of folders in it that are left out. Defaults to none.
    """
    modules = (
        path
        for path in sorted(package.rglob("*.py"))
        if not path.name.endswith("_test.py")
        and path.relative_to(package).parts[0] not in without
    )
    return files_digest(modules, package)


def files_digest(files: Iterable[Path], package: Path) -> str:
    """Returns a digest of files of a package: their places in it and what they hold.

    Args:
        files: In an order that is always the same.
        package: The package's folder.
    """
    source = hashlib.sha256()
    for path in files:
        inside = path.relative_to(package)
        source.update(inside.as_posix().encode() + path.read_bytes())
    return source.hexdigest()
