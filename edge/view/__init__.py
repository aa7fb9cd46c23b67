"""Whether a camera still sees what it saw at first, by features of the view and never a picture."""

from edge.view.keeping import ReferenceFile
from edge.view.reference import Learner, Reference
from edge.view.watch import ViewState, ViewWatch
from edge.view.watched import Watched

__all__ = ["Learner", "Reference", "ReferenceFile", "ViewState", "ViewWatch", "Watched"]
