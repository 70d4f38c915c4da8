"""Rollouts that are under way: what is recorded of one, requests to it, and waiting for what comes of them.

What a request is and whether it fits is production's own matter, in `reconcile.rollout`. Knows no command.
"""
