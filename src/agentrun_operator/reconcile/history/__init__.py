"""The history of an object: its entries, when one is opened or closed, and what a rollback takes of it. Pure."""
