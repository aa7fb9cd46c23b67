from __future__ import annotations

from hypothesis import settings

# Machines that run tests are busy at times; how long an example takes is no finding.
settings.register_profile("footfall", deadline=None)
settings.load_profile("footfall")
