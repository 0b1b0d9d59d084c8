"""Print what was found on this machine and what is missing, with the fix; status 1 if something needed is missing."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from motion_core.commands.console import answer

EXAMPLE = "example:\n  laban doctor"
SIGNS = {"ok": "ok     ", "warning": "warning", "missing": "MISSING"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from motion_core.doctor import MISSING, examine

    findings = examine()
    healthy = all(finding.state != MISSING for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{SIGNS[finding.state]} {finding.name:<20} {finding.found}")
        if finding.fix:
            lines.append(f"{'':<28} fix: {finding.fix}")
    answer(args, {"healthy": healthy, "findings": [asdict(f) for f in findings]}, lines)
    return 0 if healthy else 1
