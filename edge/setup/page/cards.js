// The list beside the picture: one card for each part, with its fields, and what is to be said of it.
import { at, button, capital, make } from "./dom.js";
import { addPoint, canLosePoint, isOf, partsOf, remove, removePoint, titleOf } from "./drawing.js";

export class Cards {
  // desk: holds drawn, chosen, problems, trials, measured and counted; choose(key), edited() after a change
  // within a field, and changed(act, text) for one that makes the list anew.
  constructor(desk) {
    this.desk = desk;
  }

  build() {
    const focus = document.activeElement?.dataset?.focus;
    at("parts").replaceChildren(...partsOf(this.desk.drawn).map((part) => this.card(part)));
    if (focus) at("parts").querySelector(`[data-focus="${focus}"]`)?.focus();
    this.notes();
  }

  // What is said of each part; its fields stay, with what is being typed into them.
  notes() {
    const parts = partsOf(this.desk.drawn);
    for (const part of parts) {
      const card = at("parts").querySelector(`[data-part="${part.key}"]`);
      card.querySelector(".notes").replaceChildren(...this.notesOf(part));
      for (const input of card.querySelectorAll("[data-field]")) this.mark(input);
    }
    const rest = this.desk.problems.filter(({ field }) => !parts.some(({ key }) => isOf(field, key)));
    at("problems").replaceChildren(...rest.map(({ field, sentence }) => wrong(field ? `${field}: ${sentence}` : capital(sentence))));
    this.counts();
  }

  mark(input) {
    const found = this.desk.problems.find(({ field }) => field === input.dataset.field);
    const sentence = input.validationMessage || (found ? capital(found.sentence) : "");
    input.setAttribute("aria-invalid", Boolean(sentence));
    const said = input.parentElement.querySelector(".said");
    if (said.textContent !== sentence) said.textContent = sentence;
  }

  counts() {
    for (const { key, kind, one } of partsOf(this.desk.drawn)) {
      if (kind !== "lines") continue;
      const of = (way) => this.desk.counted.find((row) => row.line === one.id && row.direction === way)?.count ?? 0;
      const place = at("parts").querySelector(`[data-part="${key}"] .count`);
      const text = `in ${of("in")} · out ${of("out")}`;
      place.classList.toggle("news", place.textContent !== "" && place.textContent !== text);
      place.textContent = text;
    }
  }

  card(part) {
    const isChosen = part.key === this.desk.chosen;
    const made = make("article", `card part${isChosen ? " chosen" : ""}`);
    made.dataset.part = part.key;
    const top = make("div", "top");
    const choice = button(titleOf(part), () => this.desk.choose(part.key), part.key);
    choice.setAttribute("aria-pressed", isChosen);
    top.append(choice);
    if (part.kind === "lines") top.append(make("span", "count"));
    made.append(top);
    if (isChosen) made.append(this.fields(part, choice), this.buttons(part));
    made.append(make("div", "notes"));
    return made;
  }

  fields(part, choice) {
    const made = make("div", "fields");
    if (part.one.id !== undefined) made.append(this.name(part, choice));
    if (part.kind === "lines") made.append(this.kind(part));
    if (part.kind === "floor") made.append(...this.metres(part));
    return made;
  }

  name(part, choice) {
    const box = this.input(part, "id", part.one.id, (value) => {
      part.one.id = value.trim();
      choice.textContent = titleOf(part);
    });
    box.title = "a to z, 0 to 9 and -; counts stand under this name, and another name is another line there";
    return field("Name in all counts", box);
  }

  kind(part) {
    const made = document.createElement("select");
    made.append(new Option("in and out", "entrance"), new Option("passers-by", "passing"));
    made.value = part.one.kind;
    made.dataset.focus = `${part.key}-kind`;
    made.addEventListener("change", () => this.desk.changed(() => (part.one.kind = made.value)));
    return field("What it counts", made);
  }

  metres(part) {
    return part.one.metres.flatMap((metre, point) => ["across", "along"].map((name, axis) => {
      const box = this.input(part, `metres[${point}][${axis}]`, metre[axis], (value) => {
        const number = Number(value.trim().replace(",", ".") || NaN);
        box.setCustomValidity(Number.isFinite(number) ? "" : "Give a number, such as 4 or 2.5.");
        if (Number.isFinite(number)) metre[axis] = number;
      });
      box.inputMode = "decimal";
      return field(`Point ${point + 1}, ${name} (m)`, box);
    }));
  }

  input(part, name, value, set) {
    const made = document.createElement("input");
    Object.assign(made, { type: "text", value, autocomplete: "off", autocapitalize: "none", spellcheck: false });
    made.dataset.focus = made.dataset.field = `${part.key}.${name}`;
    made.addEventListener("input", () => {
      set(made.value);
      this.mark(made);
      this.desk.edited();
    });
    return made;
  }

  buttons(part) {
    const made = make("div", "keys");
    const act = (text, how) => made.append(button(text, () => this.desk.changed(() => how(part)), `${part.key}-${text}`));
    if (part.kind === "lines") act("Turn the arrow", () => part.one.arrow.reverse());
    act("Add a point", addPoint);
    if (canLosePoint(part)) act("Remove the last point", removePoint);
    made.append(button("Delete", () => this.desk.changed(() => {
      remove(this.desk.drawn, part);
      this.desk.chosen = null;
    }, `${titleOf(part)} is deleted. Undo brings it back.`)));
    return made;
  }

  notesOf(part) {
    const atField = (field) => at("parts").querySelector(`[data-field="${field}"]`);
    const problems = this.desk.problems.filter(({ field }) => isOf(field, part.key) && !atField(field));
    const made = problems.map(({ sentence }) => wrong(capital(sentence)));
    const size = this.desk.measured.find((one) => one[{ lines: "line", zones: "zone", queues: "queue" }[part.kind]] === part.one.id);
    const long = size?.metres ?? size?.square_metres;
    if (long) made.push(make("p", "note", `${long.toFixed(1)} ${size.metres ? "m" : "m²"}`));
    if (size?.doubt) made.push(make("p", "note wrong", capital(size.doubt)));
    if (part.kind === "lines" && !this.desk.problems.length) made.push(...this.tried(part.one));
    return made;
  }

  tried(line) {
    if (this.desk.isTrying) return [make("p", "note", "Trying …")];
    if (!this.desk.trials) return [make("p", "note", "Not tried: there is no picture yet to walk in.")];
    const trial = this.desk.trials.find((one) => one.line === line.id);
    if (!trial) return [];
    if (!trial.doubts.length) return [make("p", "note good", `Tried: all ${trial.walks.length} who walked over it were counted.`)];
    return trial.doubts.map((doubt) => make("p", "note wrong", `Tried: ${doubt}`));
  }
}

function field(text, control) {
  const made = make("label", "", text);
  made.append(control);
  const said = make("span", "said wrong");
  said.setAttribute("role", "alert");
  made.append(said);
  return made;
}

function wrong(text) {
  const made = make("p", "note wrong", text);
  made.setAttribute("role", "alert");
  return made;
}
