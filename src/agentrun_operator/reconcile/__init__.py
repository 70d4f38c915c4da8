"""Pure decisions: what is desired, what was observed, the delta, one action and the conditions. No I/O, no clock, no
kopf.

`decide` is the whole of it; `live_checks` and `deletion_checks` hold its checks in their order.
"""
