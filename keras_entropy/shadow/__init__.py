"""Training of many models with one architecture."""
