"""Who calls: settings, credentials and signatures. No connection; only the signature's httpx.Auth knows of HTTP."""
