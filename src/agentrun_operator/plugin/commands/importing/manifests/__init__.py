"""Manifests of imported endpoints: what they say, what they are called, how they are written. Pure."""
