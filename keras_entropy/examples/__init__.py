"""Examples as callers have them: read here, and nowhere else, for every entry point."""
