"""The state of an endpoint: what was observed, whose it is, in which shape it compares, what is sent for it. Pure."""
