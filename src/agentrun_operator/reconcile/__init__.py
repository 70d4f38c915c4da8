"""Pure decisions: desired, observed, delta, decide, conditions. No I/O, no clock, no kopf."""
