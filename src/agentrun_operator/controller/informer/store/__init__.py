"""The objects as last seen: how one is read, kept, found by its endpoint, and told to be news. Asks nobody."""
