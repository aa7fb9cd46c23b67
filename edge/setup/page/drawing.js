// What is drawn, as the device's file has it, and as shapes on the picture. Nothing here touches the page.
export const WORDS = { lines: "Line", zones: "Zone", queues: "Queue", origins: "Staff area", floor: "Floor" };
const LEAST_POINTS = { lines: 2, floor: 4, zones: 3, queues: 3, origins: 3 };

// {key, kind, one, index} of each part; the key is its field in the file.
export function partsOf(drawn) {
  const named = (kind) => drawn[kind].map((one, index) => ({ key: `${kind}[${index}]`, kind, one, index }));
  return [
    ...["lines", "zones", "queues"].flatMap(named),
    ...drawn.origins.map((points, index) => ({ key: `origins[${index}]`, kind: "origins", one: { points }, index })),
    ...(drawn.floor ? [{ key: "floor", kind: "floor", one: drawn.floor, index: 0 }] : []),
  ];
}

export function shapesOf(drawn) {
  return partsOf(drawn).flatMap(({ key, kind, one }) => {
    const area = (points, sort, name) => ({
      part: key, kind: sort, name: `${name} of ${one.id ?? key}`, points, closed: true,
      label: sort === "service" ? "served" : one.id ?? WORDS[kind], numbered: kind === "floor",
    });
    if (kind === "lines") {
      return [
        { part: key, kind: one.kind === "passing" ? "passing" : "line", name: one.id, points: one.points, label: one.id },
        { part: key, kind: "arrow", name: `arrow of ${one.id}`, points: one.arrow, arrow: true, label: "IN" },
      ];
    }
    if (kind === "queues") return [area(one.points, "queue", "corners"), area(one.service, "service", "service")];
    return [area(one.points, { zones: "zone", origins: "staff", floor: "floor" }[kind], "corners")];
  });
}

export function titleOf({ kind, one, index }) {
  const word = one.kind === "passing" ? "Passing line" : WORDS[kind];
  return `${word} ${one.id ?? (kind === "origins" && index ? index + 1 : "")}`.trim();
}

export function isOf(field, key) {
  const written = key.replace("origins", "staff.origins");
  return field === written || field.startsWith(`${written}.`) || field.startsWith(`${written}[`);
}

const NEW = {
  entrance: (free) => ["lines", { id: free("door"), kind: "entrance", points: [[0.3, 0.6], [0.7, 0.6]], arrow: [[0.5, 0.45], [0.5, 0.75]] }],
  passing: (free) => ["lines", { id: free("pavement"), kind: "passing", points: [[0.5, 0.3], [0.5, 0.6]], arrow: [[0.4, 0.45], [0.6, 0.45]] }],
  zone: (free) => ["zones", { id: free("zone"), points: box(0.35, 0.5) }],
  queue: (free) => ["queues", { id: free("queue"), points: box(0.35, 0.55), service: box(0.35, 0.3) }],
  staff: () => ["origins", box(0.7, 0.2)],
};

// Adds a part to begin with; its key.
export function add(drawn, what) {
  if (what === "floor") {
    drawn.floor = { points: [[0.3, 0.5], [0.7, 0.5], [0.85, 0.9], [0.15, 0.9]], metres: [[0, 0], [4, 0], [4, 3], [0, 3]] };
    return "floor";
  }
  const [kind, part] = NEW[what]((name) => free(drawn, name));
  drawn[kind].push(part);
  return `${kind}[${drawn[kind].length - 1}]`;
}

export function remove(drawn, { kind, index }) {
  if (kind === "floor") drawn.floor = null;
  else drawn[kind].splice(index, 1);
}

export function addPoint({ kind, one }) {
  const closed = kind !== "lines";
  const { points } = one;
  const [[x0, y0], [x1, y1]] = closed ? [points.at(-1), points[0]] : points.slice(-2);
  const middle = [(x0 + x1) / 2, (y0 + y1) / 2].map((share) => Math.round(share * 10000) / 10000);
  points.splice(closed ? points.length : points.length - 1, 0, middle);
  if (kind === "floor") one.metres.push([0, 0]);
}

export function removePoint({ kind, one }) {
  one.points.splice(kind === "lines" ? -2 : -1, 1);
  if (kind === "floor") one.metres.pop();
}

export const canLosePoint = ({ kind, one }) => one.points.length > LEAST_POINTS[kind];

function free(drawn, name) {
  const taken = new Set(partsOf(drawn).map(({ one }) => one.id));
  for (let count = 1; ; count++) {
    const id = count === 1 ? name : `${name}-${count}`;
    if (!taken.has(id)) return id;
  }
}

function box(x, y) {
  return [[x, y], [x + 0.25, y], [x + 0.25, y + 0.2], [x, y + 0.2]];
}
