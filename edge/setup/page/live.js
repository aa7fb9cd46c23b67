// What the camera sees, again and again: its picture, what is wrong with it, and who has just crossed.
import { at, tell } from "./dom.js";
import { NO_ANSWER } from "./talking.js";

const LOOK_MILLISECONDS = 400;

export class Live {
  // onState: called with each state of the device; onBack: the device answers again.
  constructor(talk, overlay, { onState, onBack }) {
    Object.assign(this, { talk, overlay, onState, onBack, number: 0, shown: -1, isLost: false, isOver: false });
  }

  // Crossings count from none again.
  anew() {
    this.number = 0;
  }

  look() {
    if (!this.isOver) this.looking = this.lookOnce().then(() => setTimeout(() => this.look(), LOOK_MILLISECONDS));
  }

  // Looks no more; what was asked last has been answered then.
  async stop() {
    this.isOver = true;
    await this.looking;
  }

  async lookOnce() {
    const answer = this.talk.isOut ? null : await this.talk.get(`state?after=${this.number}`);
    if (answer?.ok) await this.show(await answer.json().catch(() => null));
    else if (!this.talk.isOut && !this.isOver) this.lost();
  }

  lost() {
    this.isLost = true;
    tell("sight", `${NO_ANSWER} What you drew stays here.`, true);
  }

  async show(state) {
    if (!state) return this.lost();
    if (this.isLost) {
      this.isLost = false;
      this.onBack();
    }
    if (state.size) this.resize(state.size);
    if (state.number < this.number) this.number = 0;
    else for (const one of state.crossings) this.overlay.flash(one);
    this.number = Math.max(this.number, state.number);
    this.say(state);
    this.onState(state);
    if (state.trouble || !state.size) this.noPicture(state.trouble);
    else if (state.shown !== this.shown) await this.picture(state.shown);
  }

  resize(size) {
    if (size.join() === this.overlay.size.join()) return;
    at("frame").style.setProperty("--ratio", size[0] / size[1]);
    this.overlay.resize(size);
  }

  say({ trouble, size, age }) {
    const late = age > 5 ? ` The picture is ${Math.round(age)} s old.` : "";
    if (trouble) tell("sight", "No picture. You can draw and save all the same.", true);
    else tell("sight", size ? `Live, people veiled.${late}` : "Waiting for the first picture …", Boolean(late));
  }

  noPicture(trouble) {
    this.shown = -1;
    at("no-picture").hidden = false;
    tell("no-picture", trouble ? `The camera gives no picture: ${trouble}. It is tried again and again.` : "Waiting for the first picture …");
    at("picture").removeAttribute("src");
  }

  async picture(shown) {
    const answer = await this.talk.get("picture.jpg");
    if (!answer?.ok) return;
    const before = at("picture").src;
    at("picture").src = URL.createObjectURL(await answer.blob());
    if (before.startsWith("blob:")) URL.revokeObjectURL(before);
    at("no-picture").hidden = true;
    this.shown = shown;
  }
}
