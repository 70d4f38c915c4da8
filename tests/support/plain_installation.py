"""An interpreter in which the plain installation is all there is: nothing that an extra brings can be imported."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping

from agentrun_operator.cli.extras import EXTRAS

ABSENT = (*EXTRAS["playground"], "go", "openai")
"""The modules of every extra."""


def run_plainly(code: str, *arguments: str, environ: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Run a program in such an interpreter; the exit code, what it printed, and what it complained about.

    Args:
        code: the program.
        arguments: what it finds behind its name in `sys.argv`.
        environ: variables beside those of this process.
    """
    program = f"import sys\nsys.modules |= dict.fromkeys({ABSENT!r})\n{textwrap.dedent(code)}"
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
