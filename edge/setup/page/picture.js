// What is drawn over the picture: shapes whose points are moved by finger, mouse or keys.
const SVG = "http://www.w3.org/2000/svg";
const REACH_PIXELS = 22; // a finger's
const HANDLE_PIXELS = 7;
const STEP = 0.005;
const LONG_STEP = 0.05;
const FLASH_MILLISECONDS = 1300;
const HEAD_PIXELS = 22; // to be seen beside the point that moves it
const TEXT_PIXELS = 14;
const IN_PIXELS = 18;

const within = (share) => Math.min(1, Math.max(0, Math.round(share * 10000) / 10000));

export class Overlay {
  // onMove: after each movement; onChosen: a shape of another part was touched; onLeave: Escape on a point.
  constructor(svg, { onMove, onChosen, onLeave }) {
    Object.assign(this, { svg, onMove, onChosen, onLeave, shapes: [], chosen: null, walks: [] });
    this.resize([1600, 900]); // until a picture says otherwise
    new ResizeObserver(() => this.place()).observe(svg);
    // A finger on a point or line moves that; anywhere else it scrolls. (touch-action knows no parts of an svg.)
    svg.addEventListener("touchstart", (event) => {
      if (event.target.closest(".point, .shape, .under")) event.preventDefault();
    }, { passive: false });
  }

  resize(size) {
    this.size = size;
    this.svg.setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
    this.rebuild();
  }

  // shapes: {part, kind, name, points, closed, arrow}; only the chosen part's points can be moved.
  show(shapes, chosen, walks) {
    Object.assign(this, { shapes, chosen, walks });
    this.rebuild();
  }

  rebuild() {
    const focused = this.svg.querySelector("g.point:focus")?.dataset.key;
    this.drawn = this.shapes.map((shape) => this.outline(shape));
    this.points = this.shapes
      .filter((shape) => shape.part === this.chosen)
      .flatMap((shape) => shape.points.map((_, number) => this.handle(shape, number)));
    const walks = this.walks.map((walk) => this.walk(walk));
    this.svg.replaceChildren(...walks, ...this.drawn.map((one) => one.group), ...this.points.map((one) => one.group));
    this.place();
    if (focused) this.svg.querySelector(`g.point[data-key="${focused}"]`)?.focus();
  }

  // Everything again where its points are now; nothing is made anew, so focus and drag go on.
  place() {
    const scale = this.size[0] / (this.svg.clientWidth || this.size[0]);
    for (const { shape, line, under, head, label } of this.drawn ?? []) {
      const at = shape.points.map((place) => this.pixels(place));
      const text = this.text(shape.points);
      line.setAttribute("points", text);
      under.setAttribute("points", text);
      if (head) head.setAttribute("points", arrowHead(at, HEAD_PIXELS * scale));
      const [x, y] = shape.arrow ? at[1] : at[0];
      label.setAttribute("x", Math.min(x + 8 * scale, this.size[0] - 60 * scale));
      label.setAttribute("y", Math.max(y - 8 * scale, 16 * scale));
      label.setAttribute("font-size", (shape.arrow ? IN_PIXELS : TEXT_PIXELS) * scale);
    }
    for (const { shape, number, group, circles, mark } of this.points ?? []) {
      const [x, y] = this.pixels(shape.points[number]);
      group.setAttribute("transform", `translate(${x} ${y})`);
      circles[0].setAttribute("r", REACH_PIXELS * scale);
      circles[1].setAttribute("r", HANDLE_PIXELS * scale);
      if (mark) Object.entries({ x: 10 * scale, y: 18 * scale, "font-size": TEXT_PIXELS * scale }).forEach((one) => mark.setAttribute(...one));
    }
  }

  // Somebody has just crossed: a ring where it was, and the line itself lights up.
  flash({ line, direction, place }) {
    const shape = this.shapes.find((one) => one.name === line && !one.arrow && !one.closed);
    const made = [];
    if (shape) made.push(element("polyline", { points: this.text(shape.points), class: `flash line ${direction}` }));
    if (place) {
      const [cx, cy] = this.pixels(place);
      made.push(element("circle", { cx, cy, r: this.size[0] * 0.03, class: `flash ${direction}` }));
    }
    this.svg.append(...made);
    setTimeout(() => made.forEach((one) => one.remove()), FLASH_MILLISECONDS);
  }

  outline(shape) {
    const other = shape.part === this.chosen ? "" : " other";
    const kind = shape.closed ? "polygon" : "polyline";
    const group = element("g", {});
    const under = element(kind, { class: "under" });
    const line = element(kind, { class: `shape ${shape.kind}${other}` });
    const head = shape.arrow ? element("polyline", { class: `shape head${other}` }) : null;
    const label = element("text", { class: `${shape.arrow ? "in" : ""}${other}` });
    label.textContent = shape.label ?? "";
    group.append(under, line, ...(head ? [head] : []), label);
    for (const one of [under, line]) one.addEventListener("pointerdown", (event) => this.takeAll(event, shape));
    return { shape, group, line, under, head, label };
  }

  handle(shape, number) {
    const group = element("g", {
      class: "point", tabindex: 0, role: "button", "data-key": `${shape.name}-${number}`,
      "aria-label": `${shape.name}, point ${number + 1} of ${shape.points.length}`,
    });
    const circles = [
      element("circle", { class: "reach" }),
      element("circle", { class: `handle${shape.arrow ? " of-arrow" : ""}` }),
    ];
    const mark = shape.numbered ? element("text", {}) : null; // its metres are asked for by this number
    if (mark) mark.textContent = number + 1;
    group.append(...circles, ...(mark ? [mark] : []));
    group.addEventListener("pointerdown", (event) => this.takePoint(event, shape, number, group));
    group.addEventListener("keydown", (event) => this.key(event, shape, number));
    return { shape, number, group, circles, mark };
  }

  walk({ path, counted }) {
    return element("polyline", { points: this.text(path), class: `walk ${counted ? "counted" : "missed"}` });
  }

  // The first point of the chosen part.
  focus() {
    this.points[0]?.group.focus();
  }

  key(event, shape, number) {
    if (event.key === "Escape") return this.onLeave();
    const step = event.shiftKey ? LONG_STEP : STEP;
    const [dx, dy] = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key] ?? [];
    if (dx === undefined) return;
    event.preventDefault();
    const [x, y] = shape.points[number];
    shape.points[number] = [within(x + dx), within(y + dy)];
    this.moved(shape);
  }

  takePoint(event, shape, number, group) {
    event.preventDefault();
    group.focus();
    this.follow(event, (x, y) => {
      shape.points[number] = [within(x), within(y)];
      this.moved(shape);
    });
  }

  takeAll(event, shape) {
    event.preventDefault();
    if (shape.part !== this.chosen) return this.onChosen(shape.part);
    const begin = this.share(event);
    const before = this.shapes.filter((one) => one.part === shape.part).map((one) => [one, one.points.map((p) => [...p])]);
    this.follow(event, (x, y) => {
      for (const [one, points] of before) {
        points.forEach(([px, py], number) => {
          one.points[number] = [within(px + x - begin[0]), within(py + y - begin[1])];
        });
      }
      this.moved(shape);
    });
  }

  follow(event, to) {
    const move = (one) => to(...this.share(one));
    const end = () => {
      this.svg.removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) this.svg.removeEventListener(name, end);
    };
    this.svg.setPointerCapture(event.pointerId);
    this.svg.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, end);
  }

  moved(shape) {
    this.place();
    this.onMove(shape);
  }

  share(event) {
    const box = this.svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  text(places) {
    return places.map((place) => this.pixels(place).join(",")).join(" ");
  }

  pixels([x, y]) {
    return [x * this.size[0], y * this.size[1]];
  }
}

function arrowHead(points, size) {
  const [[x0, y0], [x1, y1]] = points;
  const long = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [ux, uy] = [(x1 - x0) / long, (y1 - y0) / long];
  const side = (sign) => `${x1 - size * (ux - sign * 0.6 * uy)},${y1 - size * (uy + sign * 0.6 * ux)}`;
  return `${side(1)} ${x1},${y1} ${side(-1)}`;
}

function element(kind, attributes) {
  const made = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
