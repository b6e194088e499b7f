"""The type of what backends compute with."""

from typing import Any

# A tensor of the backend, or a symbol for one while a program is compiled.
Tensor = Any
