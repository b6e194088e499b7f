"""What tells one state of a package's code from another."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from pathlib import Path


def source_digest(package: Path, *, without: Container[str] = ()) -> str:
    """Returns a digest of the modules of a package, but for its tests.

    It is the same wherever the package lies.

    Args:
        package: The package's folder.
        without: Names of folders in it that are left out. Defaults to none.
    """
    source = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if not path.name.endswith("_test.py") and inside.parts[0] not in without:
            source.update(inside.as_posix().encode() + path.read_bytes())
    return source.hexdigest()
