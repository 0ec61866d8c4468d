"""Servers and stores that a benchmark measures."""
