"""Benchmarks of the operator on this machine: tables without pass or fail."""
