// Draws the table of hours; the table is the source, so the two cannot disagree.
(() => {
  "use strict";

  let chart = null;

  const number = (cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value));

  function read() {
    const rows = [...document.querySelectorAll("#hours tbody tr")];
    const column = (metric) => rows.map((row) => number(row.querySelector(`[data-metric="${metric}"]`)));
    return {
      labels: rows.map((row) => row.querySelector("th").firstChild.textContent.trim()),
      data: [rows.map((_, index) => index), column("entries"), column("transactions")],
    };
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function options(width, labels) {
    const axis = { stroke: colour("--muted"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    return {
      width,
      height: 220,
      padding: [12, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      scales: {
        x: { time: false, range: (_, low, high) => [low - 0.6, high + 0.6] },
        y: { range: (_, __, high) => [0, Math.max(4, high * 1.1)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          space: 44,
          incrs: [1, 2, 3, 4, 6, 8, 12],
          values: (_, ticks) => ticks.map((tick) => labels()[tick] ?? ""),
        },
        { ...axis, grid: { stroke: colour("--line"), width: 1 }, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
      ],
      series: [
        {},
        {
          label: "Entries",
          fill: colour("--accent"),
          stroke: colour("--accent"),
          width: 0,
          points: { show: false },
          paths: uPlot.paths.bars({ size: [0.66, 44], radius: 0.12 }),
        },
        {
          label: "Transactions",
          stroke: colour("--second"),
          width: 2.5,
          points: { show: true, size: 7, fill: colour("--card"), stroke: colour("--second"), width: 2.5 },
        },
      ],
      hooks: { setCursor: [tell] },
    };
  }

  function tell(plot) {
    const readout = document.getElementById("readout");
    const index = plot.cursor.idx;
    if (!readout) return;
    const said = (value) => (value === null ? "no data" : value);
    readout.textContent =
      index === null || index === undefined
        ? ""
        : `${read().labels[index]}: ${said(plot.data[1][index])} entries, ${said(plot.data[2][index])} transactions`;
  }

  function draw() {
    const place = document.getElementById("chart");
    if (!place || !document.getElementById("hours")) return;
    const found = read();
    if (chart && chart.root.parentElement === place) {
      chart.setData(found.data);
      return;
    }
    place.replaceChildren();
    chart = new uPlot(options(place.clientWidth, () => read().labels), found.data, place);
    new ResizeObserver(() => {
      if (chart && place.clientWidth && chart.width !== place.clientWidth) {
        chart.setSize({ width: place.clientWidth, height: 220 });
      }
    }).observe(place);
  }

  function redraw() {
    chart?.destroy();
    chart = null;
    draw();
  }

  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:afterSwap", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
})();
