"""How the service is reached: pools of connections, proxies, authorities, and the library below. Reads no answer."""
