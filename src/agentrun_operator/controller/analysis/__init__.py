"""Proof of a new version, beside the work queue: golden prompts and queries, each when it is due.

A round that ended asks for a reconcile and does nothing else: what follows from it is decided there. No reply's text
leaves this room.
"""
