"""What the doctor says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

GUIDE = "docs/doctor.md"


@dataclass(frozen=True)
class Finding:
    """One thing that is probably wrong.

    Attributes:
        name: of the kind of finding, such as "double-softmax".
        evidence: what was seen.
        advice: what to do about it.
        layer: where; empty where it is no single layer.

    Example:
        >>> from pynn.train import Finding
        >>> print(Finding("dead-relus", "60 of 64 units are 0 for all 256 samples", "Lower the rate.", "1"))
        dead-relus in layer '1'
          60 of 64 units are 0 for all 256 samples
          Lower the rate.
          docs/doctor.md#dead-relus
    """

    name: str
    evidence: str
    advice: str
    layer: str = ""

    @property
    def link(self) -> str:
        """The place in the documentation that explains it."""
        return f"{GUIDE}#{self.name}"

    def __str__(self) -> str:
        where = f" in layer {self.layer!r}" if self.layer else ""
        return "\n  ".join([f"{self.name}{where}", self.evidence, self.advice, self.link])


class Diagnosis:
    """All findings of an examination; false if there are none.

    Args:
        findings: what is wrong.
        checks: the names of what was looked for.

    Example:
        >>> from pynn.train import Diagnosis
        >>> healthy = Diagnosis([], ["dead-relus", "double-softmax"])
        >>> healthy
        The doctor found nothing wrong (2 checks).
        >>> bool(healthy), list(healthy)
        (False, [])
    """

    def __init__(self, findings: Iterable[Finding], checks: Iterable[str] = ()) -> None:
        self.findings, self.checks = list(findings), list(checks)
        for finding in self.findings:
            if not isinstance(finding, Finding):
                raise TypeError(f"Diagnosis holds Findings, got {type(finding).__name__}")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __contains__(self, name: object) -> bool:
        return any(finding.name == name for finding in self.findings)

    def __repr__(self) -> str:
        if not self.findings:
            return f"The doctor found nothing wrong ({len(self.checks)} checks)."
        return "\n".join(map(str, self.findings))
