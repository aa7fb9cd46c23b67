"""Looks at all that a device needs, and says what is wrong and what to do."""

from edge.doctor.examining import examine
from edge.doctor.finding import Finding, Verdict, exit_code_of

__all__ = ["Finding", "Verdict", "examine", "exit_code_of"]
