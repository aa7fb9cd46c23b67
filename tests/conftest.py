"""How Hypothesis draws: the same examples in every run, unless a run is asked to look further."""

from __future__ import annotations

from hypothesis import settings

# Machines that run tests are busy at times; how long an example takes is no finding.
settings.register_profile("settled", deadline=None, derandomize=True)
# `make search`: other examples each time.
settings.register_profile("search", deadline=None)
settings.load_profile("settled")
