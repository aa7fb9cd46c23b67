"""What holds for all tests: how threads wait, and how Hypothesis draws.

Hypothesis draws the same examples in every run, unless a run is asked to search (`make search`).
"""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.internal.constants_ast import Constants

# Before anything loads OpenMP: on a busy machine threads that wait by turning took most of the processor.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# Machines that run tests are busy at times; how long an example takes is no finding.
settings.register_profile("settled", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("settled")

# Hypothesis also draws numbers and words that stand in the code that happens to be imported. So examples
# would depend on which tests ran before, on any change of any file, and on whether a wheel is installed.
HypothesisProvider._local_constants = Constants()  # type: ignore[assignment]
