"""The name of the undefended model, which each defense is compared with."""

# The undefended model, or a model of the user's as it is.
BASE = "base"
