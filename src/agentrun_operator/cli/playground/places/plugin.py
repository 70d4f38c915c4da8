"""Where the kubectl plugin of this installation is."""

from __future__ import annotations

import sysconfig
from pathlib import Path

PLUGIN = Path(sysconfig.get_path("scripts"), "kubectl-agentrun")
