"""Whose credentials an object uses, and the client and the limit that come with them. Endpoints are not known here."""
