// What was drawn, step by step. A drawing that is not saved outlives a reload, and goes with the tab.
const MOST_STEPS = 200;

export class History {
  // drawn: as it is saved; key: whose drawing it is.
  constructor(drawn, version, key) {
    Object.assign(this, { version, key, saved: JSON.stringify(drawn) });
    this.steps = [this.saved];
    this.place = 0;
  }

  get now() {
    return this.steps[this.place];
  }

  get isSaved() {
    return this.now === this.saved;
  }

  // Notes how the drawing is now; one that has not changed is no step.
  note(drawn) {
    const step = JSON.stringify(drawn);
    if (step === this.now) return;
    this.steps = [...this.steps.slice(0, this.place + 1), step].slice(-MOST_STEPS);
    this.place = this.steps.length - 1;
    this.keep();
  }

  // The drawing one step back or forth; null where there is none.
  step(by) {
    if (this.steps[this.place + by] === undefined) return null;
    this.place += by;
    this.keep();
    return JSON.parse(this.now);
  }

  wasSaved(step, version) {
    Object.assign(this, { saved: step, version });
    this.keep();
  }

  keep() {
    try {
      if (this.isSaved) sessionStorage.removeItem(this.key);
      else sessionStorage.setItem(this.key, JSON.stringify({ version: this.version, drawn: this.now }));
    } catch {
      // A browser that keeps nothing loses nothing but the way back after a reload.
    }
  }

  // What was left unsaved in this tab, if it was made from what is still saved; else null.
  left() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key));
      return kept?.version === this.version ? JSON.parse(kept.drawn) : null;
    } catch {
      return null;
    }
  }

  forget() {
    sessionStorage.removeItem(this.key);
  }
}
