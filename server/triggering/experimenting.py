"""Asks the experiments that run in a store whether a zone may show what its rules ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.config import Settings
from server.experiments.assigning import Assignment, Experiment, assign
from server.experiments.keeping import running_in
from server.experiments.plans import CONTROL
from server.triggering.assigning import Arm


@dataclass(frozen=True, slots=True)
class ByExperiments:
    """The arm of a zone by the experiment that has something to say of it; the first by name where two do."""

    settings: Settings

    def __call__(self, db: Database, store: str, zone: str, at: datetime) -> Arm | None:
        """The arm of a zone at an instant; None where no experiment runs there."""
        for experiment in running_in(db, self.settings, store):
            if (found := assign(experiment, zone, at)) is not None:
                return _arm(experiment, found)
        return None


def _arm(experiment: Experiment, found: Assignment) -> Arm:
    return Arm(
        experiment=experiment.plan.name,
        arm=found.arm,
        assignment=found.block,
        shows=found.arm != CONTROL,
        washing_out=found.washing_out,
    )
