"""Servers that another team would pick for the same purchase."""
