"""Recipes of the literature, as their papers say: what ours are compared with."""
