// A closer look at a part of the picture: the frame is a window, and what is in it is larger and scrolls.
import { at } from "./dom.js";

const STEPS = [1, 1.5, 2, 3, 4];

export class Zoom {
  constructor() {
    this.step = 0;
    at("closer").addEventListener("click", () => this.to(this.step + 1));
    at("farther").addEventListener("click", () => this.to(this.step - 1));
    // Whoever comes to a point with Tab has to see it.
    at("overlay").addEventListener("focusin", (event) => this.show(event.target));
    this.to(0);
  }

  to(step) {
    const frame = at("window");
    const middle = [
      (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth,
      (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight,
    ];
    this.step = Math.min(STEPS.length - 1, Math.max(0, step));
    at("stage").style.width = `${100 * STEPS[this.step]}%`;
    frame.scrollLeft = middle[0] * frame.scrollWidth - frame.clientWidth / 2;
    frame.scrollTop = middle[1] * frame.scrollHeight - frame.clientHeight / 2;
    at("closer").disabled = this.step === STEPS.length - 1;
    at("farther").disabled = this.step === 0;
  }

  show(point) {
    if (this.step === 0) return;
    const frame = at("window");
    const [around, box] = [frame.getBoundingClientRect(), point.getBoundingClientRect()];
    const isIn = box.left >= around.left && box.right <= around.right && box.top >= around.top && box.bottom <= around.bottom;
    if (isIn) return;
    frame.scrollLeft += box.left + box.width / 2 - around.left - around.width / 2;
    frame.scrollTop += box.top + box.height / 2 - around.top - around.height / 2;
  }
}
