"""Membership inference on arrays of outputs and labels."""
