"""Figures, tables, charts and pages of the benchmarks."""
