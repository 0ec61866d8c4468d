"""Stand-in for a library that only the previous release requires."""
