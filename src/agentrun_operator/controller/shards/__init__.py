"""The operators beside this one, in the same cluster: which of them lead, and what their objects hold. Reads only; what
follows from it is decided elsewhere.
"""
