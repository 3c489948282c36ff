"""``mbtool doctor``: is this machine ready?"""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    warm: Annotated[bool, typer.Option("--warm", help="Compile and cache what the first run would.")] = False,
) -> None:
    """Check the installation: Python, libraries, dictionary cache, time zone, Chinese output.

    Examples: mbtool doctor · mbtool doctor --warm
    """
    from mbtool.cli import show
    from mbtool.diagnosis import diagnose
    from mbtool.errors import MbtoolError

    findings = diagnose(warm=warm)
    show.table(["check", "", "found"], [[f.what, "ok" if f.is_good else "FAULT", f.found] for f in findings])
    bad = [f for f in findings if not f.is_good]
    if bad:
        raise MbtoolError(f"{len(bad)} of {len(findings)} checks failed", "; ".join(f.remedy for f in bad))
