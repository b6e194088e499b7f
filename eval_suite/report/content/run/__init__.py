"""What one run is of: its data, what was tested and not, and what is missing."""
