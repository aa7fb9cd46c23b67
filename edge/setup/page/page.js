// The set-up page: draws what stands in the device's file, tries what is drawn, and saves it.
import { AuditPanel } from "./audit.js";
import { Overlay } from "./picture.js";

const at = (id) => document.getElementById(id);
const LOOK_MILLISECONDS = 400;
const TRY_MILLISECONDS = 600;
const WORDS = { lines: "Line", zones: "Zone", queues: "Queue", origins: "Staff area", floor: "Floor" };

let proof = null;
let drawn = null;
let version = ""; // of the file that was drawn from
let saved = "";
let measured = [];
let trials = [];
let problems = [];
let counted = [];
let chosen = null;
let number = 0;
let shown = -1;
let trying = null;

const overlay = new Overlay(at("overlay"), { onMove: changed, onChosen: choose });
const audit = new AuditPanel(post);

async function post(name, body) {
  try {
    const answer = await fetch(name, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Footfall-Proof": proof },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) location.reload();
    return { ok: answer.ok, told: await answer.json() };
  } catch {
    return { ok: false, told: { error: "The program that serves this page does not answer. Is it still running?" } };
  }
}

// What is drawn

function parts() {
  const named = (kind) => drawn[kind].map((one, index) => ({ key: `${kind}[${index}]`, kind, one, index }));
  return [
    ...["lines", "zones", "queues"].flatMap(named),
    ...drawn.origins.map((points, index) => ({ key: `origins[${index}]`, kind: "origins", one: { points }, index })),
    ...(drawn.floor ? [{ key: "floor", kind: "floor", one: drawn.floor, index: 0 }] : []),
  ];
}

function shapes() {
  return parts().flatMap(({ key, kind, one }) => {
    const area = (points, sort, label) => ({ part: key, kind: sort, name: `${label} of ${one.id ?? key}`, points, closed: true, label: sort === "service" ? "served" : one.id ?? WORDS[kind] });
    if (kind === "lines") {
      return [
        { part: key, kind: one.kind === "passing" ? "passing" : "line", name: one.id, points: one.points, label: one.id },
        { part: key, kind: "arrow", name: `arrow of ${one.id}`, points: one.arrow, arrow: true, label: "in" },
      ];
    }
    if (kind === "queues") return [area(one.points, "queue", "corners"), area(one.service, "service", "service")];
    return [area(one.points, { zones: "zone", origins: "staff", floor: "floor" }[kind], "corners")];
  });
}

function draw() {
  const walks = trials.filter((one) => `${one.line}` === chosenLine()).flatMap((one) => one.walks);
  overlay.show(shapes(), at("drawing").hidden ? null : chosen, at("drawing").hidden ? [] : walks);
}

function chosenLine() {
  const part = parts().find((one) => one.key === chosen);
  return part?.kind === "lines" ? part.one.id : null;
}

function choose(key) {
  chosen = key;
  render();
}

function changed() {
  clearTimeout(trying);
  at("told").textContent = "";
  at("save").disabled = false;
  trying = setTimeout(tryOut, TRY_MILLISECONDS);
}

async function tryOut() {
  const sent = JSON.stringify(drawn);
  const { ok, told } = await post("try", { drawn });
  if (sent !== JSON.stringify(drawn)) return;
  take(ok, told);
  render();
}

function take(ok, told) {
  problems = ok ? [] : told.problems ?? [];
  say(ok || problems.length ? "" : told.error, true);
  if (!ok) return;
  ({ trials, measured } = told);
  number = 0;
}

async function save() {
  clearTimeout(trying);
  at("save").disabled = true;
  const { ok, told } = await post("save", { drawn, version });
  at("save").disabled = false;
  take(ok, told);
  if (ok) {
    ({ drawn, version } = told);
    saved = JSON.stringify(drawn);
    say("Saved. The file of before is kept beside it.");
  } else if (problems.length) say("Not saved: mend what is marked first.", true);
  render();
}

function say(text, wrong = false) {
  at("told").textContent = text;
  at("told").classList.toggle("wrong", wrong);
}

// Parts that are added

const NEW = {
  entrance: () => ["lines", { id: free("door"), kind: "entrance", points: [[0.3, 0.6], [0.7, 0.6]], arrow: [[0.5, 0.45], [0.5, 0.75]] }],
  passing: () => ["lines", { id: free("pavement"), kind: "passing", points: [[0.5, 0.3], [0.5, 0.6]], arrow: [[0.4, 0.45], [0.6, 0.45]] }],
  zone: () => ["zones", { id: free("zone"), points: box(0.35, 0.5) }],
  queue: () => ["queues", { id: free("queue"), points: box(0.35, 0.55), service: box(0.35, 0.3) }],
  staff: () => ["origins", box(0.7, 0.2)],
};

function free(name) {
  const taken = new Set(parts().map(({ one }) => one.id));
  for (let count = 1; ; count++) {
    const id = count === 1 ? name : `${name}-${count}`;
    if (!taken.has(id)) return id;
  }
}

function box(x, y) {
  return [[x, y], [x + 0.25, y], [x + 0.25, y + 0.2], [x, y + 0.2]];
}

function add(what) {
  if (what === "floor") {
    drawn.floor = { points: [[0.3, 0.5], [0.7, 0.5], [0.85, 0.9], [0.15, 0.9]], metres: [[0, 0], [4, 0], [4, 3], [0, 3]] };
    chosen = "floor";
  } else {
    const [kind, part] = NEW[what]();
    drawn[kind].push(part);
    chosen = `${kind}[${drawn[kind].length - 1}]`;
  }
  render();
  changed();
  at("parts").querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
}

function remove({ kind, index }) {
  if (kind === "floor") drawn.floor = null;
  else drawn[kind].splice(index, 1);
  chosen = null;
  render();
  changed();
}

function addPoint(points, closed) {
  const [[x0, y0], [x1, y1]] = closed ? [points.at(-1), points[0]] : points.slice(-2);
  const middle = [(x0 + x1) / 2, (y0 + y1) / 2].map((share) => Math.round(share * 10000) / 10000);
  points.splice(closed ? points.length : points.length - 1, 0, middle);
}

// The list beside the picture

function render() {
  draw();
  const focus = document.activeElement?.dataset?.focus;
  at("parts").replaceChildren(...parts().map(card));
  if (focus) at("parts").querySelector(`[data-focus="${focus}"]`)?.focus();
  at("add-floor").hidden = Boolean(drawn.floor);
  at("camera-view").value = drawn.view;
  const rest = problems.filter(({ field }) => !parts().some(({ key }) => belongs(field, key)));
  at("problems").replaceChildren(...rest.map(problem));
  at("undo").disabled = JSON.stringify(drawn) === saved;
  showCounts();
}

function belongs(field, key) {
  const written = key.replace("origins", "staff.origins");
  return field === written || field.startsWith(`${written}.`) || field.startsWith(`${written}[`);
}

function card(part) {
  const made = make("article", `card part${part.key === chosen ? " chosen" : ""}`);
  made.dataset.part = part.key;
  const top = make("div", "top");
  const choice = make("button", "", `${part.one.kind === "passing" ? "Passing line" : WORDS[part.kind]} ${part.one.id ?? ""}`);
  choice.type = "button";
  choice.dataset.focus = part.key;
  choice.setAttribute("aria-pressed", part.key === chosen);
  choice.addEventListener("click", () => choose(part.key));
  top.append(choice);
  if (part.kind === "lines") top.append(make("span", "count"));
  made.append(top);
  if (part.key === chosen) made.append(fields(part), buttons(part));
  made.append(...notes(part));
  return made;
}

function fields(part) {
  const made = make("div", "fields");
  if (part.one.id !== undefined) {
    made.append(field("Name in all counts", input(part, "id", part.one.id, (value) => (part.one.id = value.trim()))));
  }
  if (part.kind === "lines") {
    const kind = document.createElement("select");
    kind.append(new Option("entrance: in and out", "entrance"), new Option("passing: walks past", "passing"));
    kind.value = part.one.kind;
    kind.addEventListener("change", () => {
      part.one.kind = kind.value;
      render();
      changed();
    });
    made.append(field("What crossing it means", kind));
  }
  if (part.kind === "floor") {
    part.one.metres.forEach((metre, point) => {
      for (const [axis, name] of ["across", "along"].entries()) {
        const box = input(part, `${point}-${axis}`, metre[axis], (value) => (metre[axis] = Number(value)), "number");
        made.append(field(`Point ${point + 1}, ${name}, metres`, box));
      }
    });
  }
  return made;
}

function input(part, name, value, set, type = "text") {
  const made = document.createElement("input");
  Object.assign(made, { type, value, autocomplete: "off", spellcheck: false });
  if (type === "number") made.step = "any";
  made.dataset.focus = `${part.key}-${name}`;
  made.addEventListener("change", () => {
    set(made.value);
    draw();
    changed();
  });
  return made;
}

function buttons(part) {
  const made = make("div", "keys");
  const button = (text, act) => {
    const one = make("button", "", text);
    one.type = "button";
    one.dataset.focus = `${part.key}-${text}`;
    one.addEventListener("click", () => {
      act();
      render();
      changed();
    });
    made.append(one);
  };
  if (part.kind === "lines") button("Turn the arrow", () => part.one.arrow.reverse());
  button("Add a point", () => {
    addPoint(part.one.points, part.kind !== "lines");
    if (part.kind === "floor") part.one.metres.push([0, 0]);
  });
  if (part.one.points.length > (part.kind === "lines" ? 2 : part.kind === "floor" ? 4 : 3)) {
    button("Remove the last point", () => {
      part.one.points.splice(part.kind === "lines" ? -2 : -1, 1);
      if (part.kind === "floor") part.one.metres.pop();
    });
  }
  const gone = make("button", "", "Delete");
  gone.type = "button";
  gone.addEventListener("click", () => remove(part));
  made.append(gone);
  return made;
}

function notes(part) {
  const made = problems.filter(({ field }) => belongs(field, part.key)).map(problem);
  const size = measured.find((one) => one[{ lines: "line", zones: "zone", queues: "queue" }[part.kind]] === part.one.id);
  const long = size?.metres ?? size?.square_metres;
  if (long) made.push(make("p", "note", `${long.toFixed(1)} ${size.metres ? "m" : "m²"}`));
  if (size?.doubt) made.push(make("p", "note wrong", size.doubt));
  const trial = part.kind === "lines" && trials.find((one) => one.line === part.one.id);
  if (trial && !made.length) {
    if (trial.doubts.length) made.push(...trial.doubts.map((doubt) => make("p", "note wrong", `Tried: ${doubt}`)));
    else made.push(make("p", "note good", `Tried: all ${trial.walks.length} who walked over it were counted.`));
  }
  return made;
}

function problem({ field, sentence }) {
  const made = make("p", "note wrong", `${field ? `${field}: ` : ""}${sentence}`);
  made.setAttribute("role", "alert");
  return made;
}

function field(text, control) {
  const made = make("label", "", text);
  made.append(control);
  return made;
}

function make(kind, name, text = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
}

// What the camera sees

function showCounts() {
  for (const { key, kind, one } of parts()) {
    if (kind !== "lines") continue;
    const of = (way) => counted.find((row) => row.line === one.id && row.direction === way)?.count ?? 0;
    const place = at("parts").querySelector(`[data-part="${key}"] .count`);
    const text = `in ${of("in")} · out ${of("out")}`;
    place?.classList.toggle("news", place.textContent !== "" && place.textContent !== text);
    if (place) place.textContent = text;
  }
}

async function look() {
  try {
    const answer = await fetch(`state?after=${number}`);
    if (answer.status === 401) return location.reload();
    showState(await answer.json());
    if (shown >= 0) await showPicture();
  } catch {
    sight("The program that serves this page does not answer. Is it still running?", true);
  }
  setTimeout(look, LOOK_MILLISECONDS);
}

function showState(state) {
  if (state.size && state.size.join() !== overlay.size.join()) {
    at("frame").style.aspectRatio = `${state.size[0]} / ${state.size[1]}`;
    overlay.resize(state.size);
  }
  if (state.number < number) number = 0;
  else for (const one of state.crossings) if (one.place) overlay.flash(one.place, one.direction);
  number = Math.max(number, state.number);
  counted = state.counted;
  shown = state.shown || -1;
  showCounts();
  audit.show(state.audit);
  const late = state.age > 5 ? ` The newest picture is ${Math.round(state.age)} s old.` : "";
  if (state.trouble) sight(state.trouble, true);
  else sight(state.size ? `Live, people veiled.${late}` : "Waiting for the first picture …", Boolean(late));
}

async function showPicture() {
  const answer = await fetch("picture.jpg");
  if (!answer.ok) return;
  const before = at("picture").src;
  at("picture").src = URL.createObjectURL(await answer.blob());
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
}

function sight(text, wrong = false) {
  if (at("sight").textContent !== text) at("sight").textContent = text;
  at("sight").classList.toggle("wrong", wrong);
}

// Begin

function tab(name) {
  at("drawing").hidden = name !== "draw";
  at("auditing").hidden = name !== "audit";
  for (const one of ["draw", "audit"]) at(`${one}-tab`).setAttribute("aria-pressed", one === name);
  draw();
}

at("draw-tab").addEventListener("click", () => tab("draw"));
at("audit-tab").addEventListener("click", () => tab("audit"));
at("log-out").addEventListener("click", async () => {
  await post("log-out", {});
  location.reload();
});
at("save").addEventListener("click", save);
at("undo").addEventListener("click", () => {
  drawn = JSON.parse(saved);
  chosen = null;
  render();
  changed();
});
at("camera-view").addEventListener("change", (event) => {
  drawn.view = event.target.value;
  changed();
});
for (const button of document.querySelectorAll("[data-add]")) {
  button.addEventListener("click", () => add(button.dataset.add));
}
window.addEventListener("beforeunload", (event) => {
  if (drawn && JSON.stringify(drawn) !== saved) event.preventDefault();
});

(async () => {
  const answer = await fetch("begin");
  const told = await answer.json();
  if (!answer.ok) return say(told.error, true);
  ({ proof, drawn, version, measured } = told);
  saved = JSON.stringify(drawn);
  at("name").textContent = `${told.store} · ${told.device} · ${told.camera}`;
  document.title = `footfall set-up: ${told.camera}`;
  render();
  tryOut();
  look();
})();
