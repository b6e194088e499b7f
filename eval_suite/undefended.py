"""The name of the undefended model, which each defense is compared with."""

# The undefended model, or a model of the user's as it is.
BASE = "base"

# What a trained defense has to beat: models that nothing defends and that are trained
# on the reference, alone or as well.
CONTROLS = ("reference-only", "with-reference")
