"use strict";
// Steps through a clip and sends marks; the program behind keeps them, so a reload loses nothing.

const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
let state = null;
let frame = 0; // the one that is shown
let wanted = 0; // the one that was asked for last
let loading = false;
let playing = null;
let queue = Promise.resolve(); // marks are sent one after the other

function last() {
  return state.clip.frames ? state.clip.frames - 1 : Infinity;
}

function go(number) {
  wanted = Math.max(0, Math.min(last(), number));
  if (!loading && wanted !== frame) load();
}

function load() {
  const number = wanted;
  const next = new Image();
  loading = true;
  next.onload = () => {
    loading = false;
    frame = number;
    at("picture").src = next.src;
    showFrame();
    if (wanted !== frame) load();
  };
  next.onerror = () => {
    loading = false;
    wanted = frame;
    stop();
    say("There is no further frame.", true);
  };
  next.src = `frame/${number}.jpg`;
}

function showFrame() {
  const seconds = frame / state.clip.fps;
  at("now").textContent = `frame ${frame} of ${state.clip.frames ?? "?"} · ${seconds.toFixed(2)} s`;
  at("now").dataset.frame = frame;
  at("seek").value = frame;
}

function play() {
  if (playing) return stop();
  at("play").textContent = "Stop";
  playing = setInterval(() => {
    if (frame >= last()) return stop();
    if (!loading) go(frame + 1);
  }, 1000 / state.clip.fps);
}

function stop() {
  clearInterval(playing);
  playing = null;
  at("play").textContent = "Play";
}

function say(text, wrong = false) {
  at("said").textContent = text;
  at("said").classList.toggle("wrong", wrong);
}

function act(name, body = {}) {
  // What is marked is what is seen, however far stepping has been asked to go on.
  const sent = JSON.stringify({ frame, ...body });
  queue = queue.then(async () => {
    try {
      const answer = await fetch(name, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: sent,
      });
      const told = await answer.json();
      if (!answer.ok) return say(told.error, true);
      state = told;
      show();
      say(name === "save" ? "Saved." : name === "undo" ? "Taken back." : "Marked.");
    } catch {
      say("The program that serves this page does not answer. Is it still running?", true);
    }
  });
}

function mark(name, direction) {
  const place = at(name === "cross" ? "line" : "zone").value;
  if (name === "undo" || name === "save") return act(name);
  if (!place) return say(name === "cross" ? "No line is given." : "No zone is given.", true);
  return act(name, direction ? { place, direction } : { place });
}

function show() {
  at("name").textContent = state.clip.file;
  const counts = [...state.lines, ...state.zones].map((one) => `${one.id}: ${one.count}`).join(" · ");
  at("totals").textContent = `${counts} · ${state.saved ? "saved" : "not saved yet"}`;
  at("totals").dataset.saved = state.saved;
  at("events").replaceChildren(...state.events.map(row));
  options("line", state.lines);
  options("zone", state.zones);
  at("crossing").hidden = !state.lines.length;
  at("visit").hidden = !state.zones.length;
  draw();
}

function row(event) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.textContent = `${event.frame} · ${event.place} · ${event.what}`;
  button.addEventListener("click", () => go(Math.round(event.frame)));
  item.append(button);
  return item;
}

function options(id, places) {
  const select = at(id);
  if (select.options.length === places.length) return;
  select.replaceChildren(...places.map((one) => new Option(one.id, one.id)));
}

function shape(kind, attributes) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function segment(kind, [[x1, y1], [x2, y2]], other) {
  return shape("line", { x1, y1, x2, y2, class: other ? `${kind} other` : kind });
}

function head([[x0, y0], [x1, y1]], other) {
  const long = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [ux, uy] = [(x1 - x0) / long, (y1 - y0) / long];
  const size = state.clip.width * 0.02;
  const side = (sign) => `${x1 - size * (ux - sign * 0.6 * uy)},${y1 - size * (uy + sign * 0.6 * ux)}`;
  return shape("polyline", { points: `${side(1)} ${x1},${y1} ${side(-1)}`, class: other ? "head other" : "head" });
}

function draw() {
  const overlay = at("overlay");
  overlay.setAttribute("viewBox", `0 0 ${state.clip.width} ${state.clip.height}`);
  overlay.replaceChildren(
    ...state.lines.flatMap((one) => {
      const other = one.id !== at("line").value;
      return [segment("line", one.points, other), segment("arrow", one.arrow, other), head(one.arrow, other)];
    }),
    ...state.zones.map((one) =>
      shape("polygon", {
        points: one.points.map((place) => place.join(",")).join(" "),
        class: one.id === at("zone").value ? "zone" : "zone other",
      }),
    ),
  );
}

const KEYS = {
  i: () => mark("cross", "in"),
  o: () => mark("cross", "out"),
  e: () => mark("enter"),
  l: () => mark("leave"),
  z: () => mark("undo"),
  s: () => mark("save"),
  " ": play,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const does = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!step && !does) return;
  event.preventDefault();
  if (step) {
    stop();
    go(wanted + step * (event.shiftKey ? 10 : 1));
  } else if (!event.repeat) does();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  button.blur(); // else the space key would press it again
  if (button.dataset.step) {
    stop();
    go(wanted + Number(button.dataset.step));
  }
  if (button.dataset.act) mark(button.dataset.act, button.dataset.direction);
  if (button.id === "play") play();
});

at("seek").addEventListener("input", (event) => {
  stop();
  go(Number(event.target.value));
});
for (const id of ["line", "zone"]) {
  at(id).addEventListener("change", (event) => {
    event.target.blur();
    draw();
  });
}
window.addEventListener("beforeunload", (event) => {
  if (state && !state.saved) event.preventDefault();
});

(async () => {
  state = await (await fetch("state")).json();
  at("seek").max = state.clip.frames ? last() : 1_000_000;
  at("picture").src = "frame/0.jpg";
  show();
  showFrame();
})();
