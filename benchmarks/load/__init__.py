"""Clients, accounts and load generators of the benchmarks."""
