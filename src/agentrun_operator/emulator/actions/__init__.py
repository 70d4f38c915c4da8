"""The handlers of the actions, of the control plane and of the data plane. No I/O, no signatures."""
