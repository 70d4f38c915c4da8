"""How long an example takes says nothing here: the machine may be busy with a control plane."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
