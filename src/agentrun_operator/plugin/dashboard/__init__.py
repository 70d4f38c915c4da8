"""The page: endpoints in a browser of this machine, as they change. Reads the cluster through kubectl, writes nothing.

`watcher` (a thread: list, watch, begin anew) → `fleet` (what is known) → `feed` (what one browser lacks) → `app`
behind `guard`. What an object looks like is `facts` and `sheet`; what the browser does with it is `site/`.
"""
