"""Clients, accounts, scenarios and load generators of the benchmarks."""
