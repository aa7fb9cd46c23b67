"""A source whose view is watched on the way: said once when it breaks and once when it heals."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from edge.capture import Frame, FrameSource
from edge.view.look import look_at
from edge.view.reference import Reference
from edge.view.watch import ViewState, ViewWatch

LOOK_SECONDS = 2.0

WORDS = {
    "blocked": ("is blocked", "clean the lens, and take away what hangs or stands before it"),
    "moved": ("has moved", "turn the camera back, draw lines and zones anew, or 'view accept'"),
    "dark": ("is too dark to see anybody", "switch the light on, or clean the lens"),
    "unfocused": ("is out of focus", "clean the lens, and focus it"),
}
"""What is said of a view, and what to do."""

log = logging.getLogger(__name__)


class Watched:
    """Another source's frames, of which every two seconds one is looked at.

    Args:
        name: the camera's.
        source: where the frames come from.
        watch: compares what is seen.
        keep: takes the references when there are new ones; None: they are forgotten.
        is_accepted: whether somebody has just said that the view is as it should be; None: nobody says.
    """

    def __init__(
        self,
        name: str,
        source: FrameSource,
        watch: ViewWatch,
        keep: Callable[[tuple[Reference, ...]], None] | None = None,
        is_accepted: Callable[[], bool] | None = None,
    ) -> None:
        self._name = name
        self._source = source
        self._watch = watch
        self._keep = keep
        self._is_accepted = is_accepted
        self._looked_at = float("-inf")

    @property
    def state(self) -> ViewState:
        """How the view is; read it from any thread."""
        return self._watch.state

    @property
    def frames_skipped(self) -> int:
        """See `FrameSource.frames_skipped`."""
        return self._source.frames_skipped

    @property
    def trouble(self) -> str:
        """See `FrameSource.trouble`."""
        return self._source.trouble

    def frames(self) -> Iterator[Frame]:
        """See `FrameSource.frames`."""
        for frame in self._source.frames():
            if not 0 <= frame.at - self._looked_at < LOOK_SECONDS:
                self._looked_at = frame.at
                self._look(frame)
            yield frame

    def close(self) -> None:
        """See `FrameSource.close`."""
        self._source.close()

    def _look(self, frame: Frame) -> None:
        before = self._watch.state
        if self._is_accepted and self._is_accepted():
            log.info("camera %s: what it sees from now on is learned as its view", self._name)
            self._watch = ViewWatch()
        references = self._watch.references
        now = self._watch.take(look_at(frame.image), frame.at)
        for kind, (what, remedy) in WORDS.items():
            was, is_so = getattr(before, kind), getattr(now, kind)
            if is_so and not was:
                log.warning("camera %s: the view %s; %s", self._name, what, remedy)
            elif was and not is_so:
                log.info("camera %s: the view %s no more", self._name, what)
        if self._keep and self._watch.references is not references:
            self._keep(self._watch.references)
