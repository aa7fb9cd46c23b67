"""What holds for all tests."""

from __future__ import annotations

import os

# Before anything loads OpenMP: on a busy machine threads that wait by turning took most of the processor.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
