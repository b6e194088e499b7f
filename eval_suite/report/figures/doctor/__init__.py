"""The figures of the profile doctor."""
