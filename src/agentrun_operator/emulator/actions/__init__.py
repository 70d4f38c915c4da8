"""What each action answers, on the control plane and on the data plane. No I/O, no signatures."""
