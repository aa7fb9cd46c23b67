"""What people saw in a clip, and how far off the count was: format, clicker, score."""

from edge.truth.format import ClipFacts, Truth
from edge.truth.places import Places, camera_of, given_places, placed, true_line, true_zone
from edge.truth.reading import TruthRefused, labelled, read_truth
from edge.truth.scoring import TOLERANCE_SECONDS, Score, score

__all__ = [
    "TOLERANCE_SECONDS",
    "ClipFacts",
    "Places",
    "Score",
    "Truth",
    "TruthRefused",
    "camera_of",
    "given_places",
    "labelled",
    "placed",
    "read_truth",
    "score",
    "true_line",
    "true_zone",
]
