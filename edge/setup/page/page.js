// The set-up page: draws what stands in the device's file, tries what is drawn, and saves it.
import { AuditPanel } from "./audit.js";
import { Cards } from "./cards.js";
import { at, tell } from "./dom.js";
import { add, partsOf, shapesOf } from "./drawing.js";
import { History } from "./history.js";
import { Live } from "./live.js";
import { Overlay } from "./picture.js";
import { Talk } from "./talking.js";
import { Zoom } from "./zoom.js";

const TRY_MILLISECONDS = 600;
const AGAIN_MILLISECONDS = 2000;

const desk = {
  drawn: null, chosen: null, problems: [], trials: null, measured: [], counted: [], isTrying: false,
  looks: 0, afar: "", afarDrawn: null, isSaving: false, choose, edited, changed,
};
let history = null;
let trying = null;
let isLeaving = false;

const talk = new Talk(resume);
const overlay = new Overlay(at("overlay"), { onMove: edited, onChosen: choose, onLeave: () => at("parts").querySelector(".chosen button").focus() });
const cards = new Cards(desk);
const audit = new AuditPanel((name, body) => talk.post(name, body), tryOut);
const live = new Live(talk, overlay, { onState, onBack: resume });
new Zoom();

// What is drawn

function draw() {
  const isDrawing = !at("drawing").hidden;
  const part = partsOf(desk.drawn).find((one) => one.key === desk.chosen);
  const walks = (part?.kind === "lines" && desk.trials?.find((one) => one.line === part.one.id)?.walks) || [];
  overlay.show(shapesOf(desk.drawn), isDrawing ? desk.chosen : null, isDrawing && !desk.isTrying ? walks : []);
}

function render() {
  draw();
  cards.build();
  at("add-floor").hidden = Boolean(desk.drawn.floor);
  at("camera-view").value = desk.drawn.view;
  showSaved();
}

function showSaved() {
  const isSaved = JSON.stringify(desk.drawn) === history.saved;
  at("back").disabled = isSaved;
  at("undo").disabled = isSaved && history.place === 0;
  at("redo").disabled = history.place === history.steps.length - 1;
  at("save").disabled = desk.isSaving;
  at("unsaved").hidden = isSaved;
}

function choose(key) {
  if (key === desk.chosen) return overlay.focus(); // once more: on to its points
  desk.chosen = key;
  render();
  at("parts").querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
}

// Something was moved or typed; what is said of it comes when it rests.
function edited() {
  clearTimeout(trying);
  tell("told", "");
  at("theirs").hidden = true;
  if (!desk.isTrying) {
    desk.isTrying = true;
    cards.notes();
    draw();
  }
  showSaved();
  trying = setTimeout(tryOut, TRY_MILLISECONDS);
}

// Parts came, went or became others.
function changed(act, text = "") {
  history.note(desk.drawn);
  act();
  history.note(desk.drawn);
  desk.problems = [];
  render();
  edited();
  tell("told", text);
}

function show(drawn) {
  desk.drawn = drawn;
  desk.problems = [];
  if (!partsOf(drawn).some(({ key }) => key === desk.chosen)) desk.chosen = null;
  render();
  edited();
}

function step(by) {
  history.note(desk.drawn);
  const drawn = history.step(by);
  if (drawn) show(drawn);
}

// What the device says of it

async function tryOut() {
  clearTimeout(trying);
  history.note(desk.drawn);
  const sent = history.now;
  const { ok, told } = await talk.post("try", { drawn: JSON.parse(sent) });
  if (sent !== JSON.stringify(desk.drawn)) return; // moved on meanwhile, and tried again by that
  take(ok, told);
}

function take(ok, told) {
  desk.isTrying = false;
  desk.problems = told.problems ?? [];
  if (ok) {
    Object.assign(desk, { trials: told.trials, measured: told.measured, looks: told.looks });
    live.anew();
  } else if (!desk.problems.length && !told.lost) tell("told", told.error, true);
  cards.notes();
  draw();
  showSaved();
}

async function save() {
  if (at("parts").querySelector("input:invalid")) return tell("told", "Not saved: mend what is marked first.", true);
  clearTimeout(trying);
  history.note(desk.drawn);
  const sent = history.now;
  desk.isSaving = true;
  showSaved();
  tell("told", "Saving …");
  const instead = at("own-counts").checked ? desk.afar : "";
  const { ok, told } = await talk.post("save", { drawn: JSON.parse(sent), version: history.version, instead_of: instead });
  desk.isSaving = false;
  if (ok) history.wasSaved(sent, told.version);
  if (sent === JSON.stringify(desk.drawn)) take(ok, told);
  else edited();
  tell("told", ok ? savedWords(sent) : told.problems?.length ? "Not saved: mend what is marked first." : told.error, !ok);
  at("theirs").hidden = !told.theirs;
  showSaved();
}

function savedWords(sent) {
  if (sent !== JSON.stringify(desk.drawn)) return "Saved as it was; what you have drawn since then is not saved yet.";
  return "Saved. The device counts by it within some seconds. The file of before is kept beside it.";
}

// What somebody else did meanwhile

async function showTheirs() {
  const told = await begun();
  if (!told) return;
  history.note(desk.drawn);
  history.wasSaved(JSON.stringify(told.drawn), told.version);
  show(told.drawn);
  history.note(desk.drawn);
  showSaved();
  at("theirs").hidden = true;
  tell("told", "This stands in the file now. Undo brings yours back; Save then puts it in the place of theirs.");
}

async function showAfar(digest) {
  desk.afar = digest;
  desk.afarDrawn = digest ? (await begun())?.counts.drawn : null;
  at("own-counts").checked = false;
  at("take-afar").hidden = !desk.afarDrawn;
  at("afar").hidden = !digest;
}

function onState(state) {
  desk.counted = state.counted;
  cards.counts();
  audit.show(state.audit);
  if (state.afar !== desk.afar) showAfar(state.afar);
  at("others").hidden = desk.isTrying || desk.isSaving || Boolean(state.audit) || state.looks === desk.looks;
}

// Begin, and go on after a break

async function begun() {
  const answer = await talk.get("begin");
  const told = await answer?.json().catch(() => null);
  if (answer && !answer.ok) tell("told", told?.error ?? "", true);
  if (!answer?.ok || !told) return null;
  talk.proof = told.proof;
  return told;
}

async function resume() {
  if (history && (await begun())) tryOut();
}

async function begin() {
  const told = await begun();
  if (!told) {
    if (!talk.isOut && !at("told").textContent) live.lost();
    return setTimeout(begin, AGAIN_MILLISECONDS);
  }
  tell("told", "");
  history = new History(told.drawn, told.version, `footfall ${told.store} ${told.device} ${told.camera}`);
  Object.assign(desk, { drawn: told.drawn, measured: told.measured, isTrying: true });
  const left = history.left();
  if (left) desk.drawn = left;
  history.note(desk.drawn);
  at("name").textContent = `${told.store} · ${told.device} · ${told.camera}`;
  document.title = `footfall set-up: ${told.camera}`;
  render();
  at("drawing").disabled = at("auditing").disabled = false;
  if (left) tell("told", "What you drew before this page was closed is here again; it is not saved yet.");
  await showAfar(told.counts.afar);
  tryOut();
  live.look();
}

function tab(name) {
  at("drawing").hidden = name !== "draw";
  at("auditing").hidden = name !== "audit";
  for (const one of ["draw", "audit"]) at(`${one}-tab`).setAttribute("aria-pressed", one === name);
  if (desk.drawn) draw();
}

async function logOut() {
  const isUnsaved = history && JSON.stringify(desk.drawn) !== history.saved;
  if (isUnsaved && !window.confirm("What you drew is not saved. Log out all the same?")) return;
  isLeaving = true;
  await live.stop();
  history?.forget();
  await talk.post("log-out", {});
  location.replace("./");
}

async function acceptView() {
  const { ok, told } = await talk.post("view/accept", {});
  const words = told.known ? "Taken. The program that counts learns the view as it is now, in some minutes." : "It was not known yet: the view as it is now is what is learned.";
  tell("view-told", ok ? words : told.error, !ok);
}

function key(event) {
  const isTyping = event.target.matches?.("input, select");
  if (!history || isTyping || at("drawing").hidden || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  step(event.shiftKey ? 1 : -1);
}

at("draw-tab").addEventListener("click", () => tab("draw"));
at("audit-tab").addEventListener("click", () => tab("audit"));
at("log-out").addEventListener("click", logOut);
at("save").addEventListener("click", save);
at("undo").addEventListener("click", () => step(-1));
at("redo").addEventListener("click", () => step(1));
at("back").addEventListener("click", () => changed(() => Object.assign(desk, { drawn: JSON.parse(history.saved), chosen: null })));
at("theirs").addEventListener("click", showTheirs);
at("take-afar").addEventListener("click", () => changed(() => Object.assign(desk, { drawn: structuredClone(desk.afarDrawn), chosen: null })));
at("accept-view").addEventListener("click", acceptView);
at("camera-view").addEventListener("change", (event) => changed(() => (desk.drawn.view = event.target.value)));
for (const one of document.querySelectorAll("[data-add]")) {
  one.addEventListener("click", () => {
    changed(() => (desk.chosen = add(desk.drawn, one.dataset.add)));
    at("parts").querySelector(".chosen").scrollIntoView({ block: "nearest" });
  });
}
document.addEventListener("keydown", key);
document.addEventListener("visibilitychange", () => history?.note(desk.drawn)); // a phone may forget the tab
window.addEventListener("beforeunload", (event) => {
  history?.note(desk.drawn);
  if (history && !history.isSaved && !isLeaving) event.preventDefault();
});

if (location.hash) window.history.replaceState(null, "", "./"); // a code, of which whoever is in has no need
begin();
