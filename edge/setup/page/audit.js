// Somebody presses In or Out as people cross; the device says how that agrees with what it counted.
import { at, tell } from "./dom.js";

export class AuditPanel {
  // post: sends a request of this page; onDrop: the audit is over, and drawing goes on.
  constructor(post, onDrop) {
    Object.assign(this, { post, onDrop, keys: {}, shown: "" });
    at("begin").addEventListener("click", () => this.act("begin"));
    at("take-back").addEventListener("click", () => this.act("undo"));
    at("end").addEventListener("click", () => this.act("end"));
    at("keep").addEventListener("click", () => this.act("keep"));
    at("drop").addEventListener("click", () => this.act("drop"));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  async act(name, body = {}) {
    at("audit-told").textContent = name === "begin" ? "Looking at the camera as a run would …" : "";
    at("begin").disabled = name === "begin";
    const { ok, told } = await this.post(`audit/${name}`, body);
    at("begin").disabled = false;
    tell("audit-told", ok ? { keep: "Kept. It is sent as soon as this camera is counted again." }[name] ?? "" : told.error, !ok);
    if (ok) this.show(told.audit);
    if (ok && name === "drop") this.onDrop();
  }

  key(event) {
    if (at("auditing").hidden || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const button = event.key === "z" ? at("take-back") : this.keys[event.key];
    if (button && !button.disabled && !at("running").hidden) button.click();
  }

  show(audit) {
    this.audit = audit;
    const running = audit && !audit.ended;
    at("begin").parentElement.hidden = Boolean(audit);
    at("running").hidden = !running;
    at("over").hidden = !audit?.ended;
    at("keep").disabled = !audit?.certain || audit.kept;
    at("keep").textContent = audit?.kept ? "Kept" : audit?.certain ? "Keep for the server" : "A moment …";
    at("clock").textContent = clock(audit);
    this.buttons(running ? audit : null);
    at("result").replaceChildren(...(audit ? [table(audit)] : []));
  }

  buttons(audit) {
    const lines = audit ? [...new Set(audit.ways.map((way) => way.line))] : [];
    if (this.shown !== lines.join()) this.build(lines);
    for (const way of audit?.ways ?? []) {
      const button = at("clickers").querySelector(`[data-line="${way.line}"][data-way="${way.direction}"]`);
      button.querySelector(".number").textContent = way.clicked;
      button.disabled = audit.begins_in > 0;
    }
  }

  build(lines) {
    this.shown = lines.join();
    this.keys = {};
    const letters = lines.length === 1 ? ["i", "o"] : ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
    at("clickers").replaceChildren(...lines.map((line, row) => {
      const pair = document.createElement("div");
      const title = document.createElement("h2");
      const keys = document.createElement("div");
      title.textContent = line;
      keys.className = "pair";
      keys.append(...["in", "out"].map((way, column) => this.button(line, way, letters[2 * row + column])));
      pair.append(title, keys);
      return pair;
    }));
  }

  button(line, way, letter) {
    const button = document.createElement("button");
    button.type = "button";
    Object.assign(button.dataset, { line, way });
    const number = document.createElement("span");
    number.className = "number";
    const small = document.createElement("small");
    small.textContent = letter ? `key ${letter}` : "";
    button.append(way === "in" ? "In " : "Out ", number, small);
    button.addEventListener("click", () => this.act("click", { line, direction: way }));
    if (letter) this.keys[letter] = button;
    return button;
  }
}

function clock(audit) {
  if (!audit) return "";
  if (audit.begins_in > 0) return `It begins in ${Math.ceil(audit.begins_in)} s …`;
  const minutes = Math.floor(audit.seconds / 60);
  const seconds = String(Math.floor(audit.seconds % 60)).padStart(2, "0");
  return `${audit.ended ? "Ended after" : "Running for"} ${minutes}:${seconds}`;
}

function table({ ways, total, ended }) {
  const made = document.createElement("table");
  const rows = ways.map((way) => [`${way.line} ${way.direction}`, way]);
  if (ways.length > 1) rows.push(["all", total]);
  made.append(row("th", ["", "clicked", "counted", "both", ended ? "found (95 %)" : "found"]));
  for (const [name, one] of rows) made.append(row("td", [name, one.clicked, one.counted, one.matched, share(one.found)]));
  return made;
}

function row(kind, cells) {
  const made = document.createElement("tr");
  for (const cell of cells) {
    const one = document.createElement(kind);
    one.textContent = cell;
    made.append(one);
  }
  return made;
}

function share([value, low, high]) {
  if (value === null) return "–";
  const percent = (number) => `${Math.round(number * 100)}`;
  return `${percent(value)} % (${percent(low)}–${percent(high)})`;
}
