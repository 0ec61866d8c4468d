"""Comparison of all answers of two commits, byte for byte."""
