"""Finds the programs that are needed: on this machine, in the cache, else it has them built."""
