"""What the profile doctor records."""
