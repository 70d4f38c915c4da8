"""One reconcile: take a key, gather, decide, execute, write the status. Watching and polling may not enter."""
