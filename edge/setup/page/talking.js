// Requests of this page. Whoever is out is asked to come in again, and nothing that was drawn is lost by it.
import { at, tell } from "./dom.js";

export const NO_ANSWER = "The program that serves this page does not answer. Is it still running, and is this device in its network?";
const ANSWER_MILLISECONDS = 10_000;
const LONG_MILLISECONDS = 90_000; // another detector may have to be opened

export class Talk {
  // onBack: called when somebody has come in again; what it promises is waited for before the page is theirs.
  constructor(onBack) {
    Object.assign(this, { onBack, proof: "", isOut: false });
    at("come-in").addEventListener("submit", (event) => this.comeIn(event));
    at("entry").addEventListener("cancel", (event) => event.preventDefault());
  }

  // The answer of the device, or null where there is none, or nobody is let in.
  async get(name) {
    try {
      const answer = await fetch(name, { signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
      return answer.status === 401 ? this.out() : answer;
    } catch {
      return null;
    }
  }

  async post(name, body) {
    try {
      const answer = await this.send(name, body, LONG_MILLISECONDS);
      if (answer.status === 401 && name !== "log-in") {
        this.out();
        return { ok: false, told: { error: "You have been logged out." } };
      }
      return { ok: answer.ok, told: await answer.json() };
    } catch {
      return { ok: false, told: { error: NO_ANSWER, lost: true } };
    }
  }

  send(name, body, within) {
    return fetch(name, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Footfall-Proof": this.proof },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(within),
    });
  }

  out() {
    this.isOut = true;
    if (!at("entry").open) at("entry").showModal();
    return null;
  }

  async comeIn(event) {
    event.preventDefault();
    const { ok, told } = await this.post("log-in", { said: at("said").value });
    tell("entry-told", ok ? "" : told.error, !ok);
    if (!ok) return at("said").select();
    at("said").value = "";
    this.isOut = false;
    await this.onBack(); // the new session has another proof; without it nothing can be saved
    if (!this.isOut) at("entry").close();
  }
}
