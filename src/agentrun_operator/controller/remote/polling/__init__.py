"""When to look at a runtime again, and which look costs least. What was seen is kept in runtime, not here."""
