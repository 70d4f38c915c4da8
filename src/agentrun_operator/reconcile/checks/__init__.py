"""The checks of a decision, in their order: of a live object, of the way to its endpoint, of one that goes. Pure."""
