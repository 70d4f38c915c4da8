"""Finds, builds and runs a real Kubernetes control plane. Imports nothing else of the package."""
