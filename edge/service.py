"""The work of one camera: picture after picture, from detection to the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from edge.badges import BadgeInbox, BadgeSeen
from edge.capture import Frame, FrameSource, SourceRefused
from edge.clock import Anchor, ClockNews
from edge.counting import (
    CameraCounter,
    CountedBy,
    Crossing,
    Fact,
    RunSums,
    Scene,
    Tally,
    VisitEnd,
    began_at,
)
from edge.counting.staff import LATEST_BADGE_SECONDS
from edge.detection import Detector
from edge.outbox import DiskTrouble, Outbox, Progress
from edge.tracking import Tracker

COMMIT_SECONDS = 5.0
"""What was seen without a fact is kept at least this often."""

TRIM_SECONDS = 3600.0

BREAK_SECONDS = 10.0
"""After a longer gap between two frames, or a step back, nobody is followed across it."""

WARM_UP_SECONDS = 75.0
"""When a recording is taken up again, people are followed from so long before the place on.

Longer than the minute after which it is certain who only passed by.
"""

CLOCK_SECONDS = 10.0
"""A reader's clock may go before ours by so much."""

MOST_FOLLOWED_SECONDS = 900.0
"""And from when somebody came who was still there, but no longer than this."""

SMOOTHING = 0.05

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Vitals:
    """How the work goes. The counting thread writes it; others read single fields."""

    counted: RunSums
    frames_done: int = 0
    fps: float = 0.0
    inference_ms: float = 0.0
    frame_at: float | None = None  # by the clock
    outbox_trouble: str = ""
    dropped_minutes: int = 0  # that could not be kept, and were too many to be remembered
    first_frame_after: float | None = None  # seconds since the process began
    first_crossing_after: float | None = None
    scene: Scene | None = None
    busy_since: float | None = None  # the picture in work was begun then, by the steady clock
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Which source is counted, from when on.

    Attributes:
        source: its name, to be recognised after a restart.
        started_at: when it began, seconds since the epoch.
        counted_until: what was counted before a restart and must not be counted again; None for a
            live camera, which never shows the past.
        repeatable: a recording, which can be taken up again at the place where it was left.
        follow_from: of a recording that is taken up again: since when people were there who still were.
        day_end: the first end of a day after a moment, both in seconds since the epoch.
    """

    source: str
    started_at: float
    counted_until: float | None
    repeatable: bool
    day_end: Callable[[float], float] = lambda _: float("inf")
    follow_from: float | None = None


class Clock(Protocol):
    """The device's clock, as counting asks for it. Times of pictures are steady."""

    @property
    def ahead(self) -> float:
        """Seconds by which the clock goes before the pictures' times."""
        ...

    @property
    def anchor(self) -> Anchor:
        """How the clock stands."""
        ...

    def look(self) -> ClockNews | None:
        """Whether it was set or has become known since the last look."""
        ...


class CameraService:
    """Counts one camera until its source ends or it is stopped.

    Args:
        by: who counts, as every bucket says.
        run: which source, from when on.
        source: the pictures.
        detector: finds people.
        build_counter: what is counted, in pixels, for a picture of (width, height).
        tally: gathers the facts; restored by the caller after a restart.
        outbox: keeps them; opened in the thread that calls `work`.
        wall: seconds since the epoch.
        steady: seconds since the process began.
        on_fact: hears of every fact as it is counted.
        badges: what readers have told of staff, looked at between two pictures; None: nobody tells.
        clock: of a live camera; None: a recording, whose times are what they are.
    """

    def __init__(
        self,
        by: CountedBy,
        run: Run,
        source: FrameSource,
        detector: Detector,
        build_counter: Callable[[int, int], CameraCounter],
        tally: Tally,
        outbox: Outbox,
        wall: Callable[[], float],
        steady: Callable[[], float],
        on_fact: Callable[[Fact], None] | None = None,
        badges: BadgeInbox | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock
        self._anchor = clock.anchor if clock else None
        self._clock_news: ClockNews | None = None  # not yet told to the outbox
        self._ending = VisitEnd.STOPPED
        self._by = by
        self._run = run
        self._source = source
        self._detector = detector
        self._build_counter = build_counter
        self._tally = tally
        self._outbox = outbox
        self._wall = wall
        self._steady = steady
        self._on_fact = on_fact
        self._badges = badges
        self._day_ends_at: float | None = None
        self._said_badge_is_off = False
        self._tracker = Tracker(detector.sure_score)
        self._counter: CameraCounter | None = None
        self._size = (0, 0)
        self._last_at: float | None = None
        self._committed_at: float | None = None
        self._trimmed_at = float("-inf")
        self._known_until = float("-inf") if run.counted_until is None else run.counted_until
        self._followed_from = self._known_until - WARM_UP_SECONDS
        if run.follow_from is not None:
            since = max(run.follow_from, self._known_until - MOST_FOLLOWED_SECONDS)
            self._followed_from = min(self._known_until, since) - WARM_UP_SECONDS
        self._worked_at: float | None = None
        self._stopped = False
        self.vitals = Vitals(RunSums(tally.watched))

    def work(self, on_frame: Callable[[Vitals], None] | None = None) -> None:
        """Counts until the source ends or is closed. What was counted is kept, however it ends.

        Raises:
            EdgeError: the source cannot be used, or the outbox cannot be written.
        """
        for_good = False
        try:
            for frame in self._source.frames():
                self.vitals.busy_since = self._steady()
                self._take(frame)
                self.vitals.busy_since = None
                if on_frame:
                    on_frame(self.vitals)
            for_good = not self._stopped
        except SourceRefused:
            for_good = True  # a recording that breaks off has no more to give; any other fault may pass
            raise
        finally:
            self.vitals.busy_since = None
            self.vitals.ended = for_good
            self._finish(for_good=for_good)

    def stop(self, why: VisitEnd = VisitEnd.STOPPED) -> None:
        """Ends `work` after the picture that is in work now, and with it visits that are under way."""
        self._ending = why
        self._stopped = True
        self._source.close()

    def _take(self, frame: Frame) -> None:
        if frame.at < self._followed_from:
            return
        self._look_at_clock(frame.at)
        counter = self._counter_for(frame)
        began = self._steady()
        detections = self._detector.detect(frame.image, frame.at)
        self._note_speed(began)
        facts = self._end_day(counter, frame.at)
        facts += counter.update(self._tracker.update(detections, frame.at), frame.at)
        facts += self._take_badges(counter, frame.at)
        scene = counter.scene(frame.at)
        last_at, self._last_at = self._last_at, frame.at
        self.vitals.frame_at, self.vitals.scene = frame.at + self._tally.clock_ahead, scene
        if frame.at <= self._known_until:
            return  # counted before the restart: followed again only to know the people
        self._tally.observe(frame.at if last_at is None else last_at, frame.at, scene)
        for fact in facts:
            self._count(fact)
        if facts or self._committed_at is None or frame.at - self._committed_at >= COMMIT_SECONDS:
            self._commit(frame.at)

    def _look_at_clock(self, at: float) -> None:
        news = self._clock.look() if self._clock else None
        if news and self._clock_news:
            before = self._clock_news
            news = ClockNews(before.moved_by + news.moved_by, before.was_known, news.is_known)
        self._clock_news = news or self._clock_news
        if self._clock_news and self._clock:
            self._go_by(self._clock_news, self._clock, at if self._last_at is None else self._last_at)

    def _go_by(self, news: ClockNews, clock: Clock, at: float) -> None:
        """Counts by the clock as it is now. What was counted while nobody knew the time moves with it."""
        if not news.was_known:
            if not self._keep(at):
                return  # until the disk takes it, everything stays under the clock as it was
            try:
                self._outbox.retime(self._by.camera, news, clock.anchor, self._wall())
            except DiskTrouble as error:
                self._note_trouble(error)
                return
            self._tally.forget_all()
        self._anchor, self._clock_news = clock.anchor, None
        self._by = replace(self._by, clock_synced=news.is_known)
        self._tally.clock_ahead = clock.ahead
        self._day_ends_at = None if self._day_ends_at is None else self._day_end(at)
        known = "" if news.is_known == news.was_known else ", and the time is known now"
        log.warning("the clock was set by %+.1f s%s", news.moved_by, known)

    def _day_end(self, at: float) -> float:
        ahead = self._tally.clock_ahead
        return self._run.day_end(at + ahead) - ahead

    def _counter_for(self, frame: Frame) -> CameraCounter:
        height, width = frame.image.shape[:2]
        broken = self._last_at is not None and not 0 <= frame.at - self._last_at <= BREAK_SECONDS
        if self._counter is None or (width, height) != self._size or broken:
            self._forget_everybody()
            self._size = (width, height)
            self._tracker = Tracker(self._detector.sure_score, picture_height=height)
            self._counter = self._build_counter(width, height)
        return self._counter

    def _forget_everybody(self) -> None:
        facts = self._counter.close(self._ending) if self._counter else []
        if self._last_at is not None and self._last_at > self._known_until:
            for fact in facts:
                self._count(fact)
        self._last_at = self._day_ends_at = None

    def _end_day(self, counter: CameraCounter, at: float) -> list[Fact]:
        """Closes visits and waits at the moment in which a day ended since the last picture."""
        ends_at = self._day_ends_at
        if ends_at is not None and at < ends_at:
            return []
        self._day_ends_at = self._day_end(at)
        return [] if ends_at is None else counter.end_day(ends_at)

    def _take_badges(self, counter: CameraCounter, at: float) -> list[Fact]:
        facts: list[Fact] = []
        for read in self._badges.take() if self._badges else []:
            seen = replace(read, at=read.at - self._tally.clock_ahead)
            if -LATEST_BADGE_SECONDS <= seen.at - at <= CLOCK_SECONDS:
                # By a clock that goes before ours it is read in time to come, and really just now.
                facts += counter.badge_read(seen.reader, min(seen.at, at))
            elif not self._said_badge_is_off:
                self._say_badge_is_off(seen, at)
        return facts

    def _say_badge_is_off(self, seen: BadgeSeen, at: float) -> None:
        self._said_badge_is_off = True
        log.warning(
            "a badge was read at %s %.0f s %s the picture and is told to nobody, as are others so far off; "
            "set the clocks of reader and device by NTP",
            seen.reader,
            abs(seen.at - at),
            "before" if seen.at < at else "after",
        )

    def _count(self, fact: Fact) -> None:
        self._tally.add(fact)
        self.vitals.counted.add(fact)
        if self._on_fact:
            self._on_fact(fact)
        if isinstance(fact, Crossing) and self.vitals.first_crossing_after is None:
            self.vitals.first_crossing_after = self._steady()

    def _commit(self, at: float) -> None:
        self._committed_at = at
        self._tally.settle(at)
        now = self._wall()
        if self._keep(at) and abs(now - self._trimmed_at) > TRIM_SECONDS:
            self._trimmed_at = now
            self._trim(now)

    def _trim(self, now: float) -> None:
        done = self._outbox.trim(now)
        if done.coarsened:
            log.warning("the outbox is full: %d old minutes were put together into hours", done.coarsened)
        if done.dropped:
            log.error("the outbox is full: %d minutes that were never sent had to be dropped", done.dropped)

    def _keep(self, counted_until: float) -> bool:
        """Puts what changed on the disk. A camera goes on without one, and all is put when it is back."""
        told = self._tally.take_changed(self._by)
        left = self._counter.if_closed(VisitEnd.STOPPED) if self._counter else []
        try:
            self._outbox.put(
                self._by.camera,
                told,
                Progress(
                    self._run.source,
                    self._run.started_at,
                    counted_until + self._tally.clock_ahead,
                    self.vitals.ended,
                    began_at(left) if self._run.repeatable else None,
                ),
                self._wall(),
                self._anchor,
                None if self._run.repeatable else self._tally.told_beside(left, self._by),
            )
        except DiskTrouble as error:
            self._tally.take_back(told)
            if self._run.repeatable:
                raise  # a recording can be counted again
            self._note_trouble(error)
            return False
        if self.vitals.outbox_trouble:
            log.info("counts are kept on the disk again")
        self.vitals.outbox_trouble = ""
        return True

    def _note_trouble(self, error: DiskTrouble) -> None:
        if not self.vitals.outbox_trouble:
            log.error("counts are in memory only, until the disk takes them again: %s", error)
        self.vitals.outbox_trouble = str(error)
        self.vitals.dropped_minutes = self._tally.dropped_minutes

    def _finish(self, *, for_good: bool) -> None:
        """Keeps what is left. A recording that was interrupted goes on later, so its visits stay open."""
        at = self._last_at
        if at is None or at <= self._known_until:
            return
        if for_good or not self._run.repeatable:
            self._forget_everybody()
        if for_good and self._run.repeatable:
            self._tally.finish()
        if not self._keep(at):
            raise DiskTrouble(
                f"what was counted last is lost, for the disk did not take it: {self.vitals.outbox_trouble}",
                "make room on the disk before a device is stopped",
            )

    def _note_speed(self, began: float) -> None:
        vitals, now = self.vitals, self._steady()
        milliseconds = (now - began) * 1000
        if self._worked_at is None:
            vitals.inference_ms, vitals.first_frame_after = milliseconds, now
        else:
            vitals.inference_ms += SMOOTHING * (milliseconds - vitals.inference_ms)
            fps = 1 / max(now - self._worked_at, 1e-6)
            vitals.fps = fps if not vitals.fps else vitals.fps + SMOOTHING * (fps - vitals.fps)
        self._worked_at = now
        vitals.frames_done += 1
