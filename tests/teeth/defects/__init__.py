"""Defects by area; each file is one table."""
