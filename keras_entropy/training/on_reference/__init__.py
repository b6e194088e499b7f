"""Recipes that train on reference examples, whose membership is no secret."""
