"""The name of what is compared with."""

# The undefended model, or a model of the user's as it is.
BASE = "base"
