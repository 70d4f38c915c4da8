"""Builds the programs of pinned Go modules, once for each content. Starts none of what it built."""
