"""One question to an endpoint on the data plane, whole or as it is made. Knows addresses; changes no endpoint."""
