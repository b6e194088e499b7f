"""What the profile doctor found, in words."""
