// Draws S and Z with a cursor that reads them, in place of the still pictures. Dragging chooses a stretch of time.
import uPlot from '/assets/uplot.mjs';

const plotHeight = 110;
/** What a beat needs, as the still pictures show it. */
const kinds = [
  { label: 'score S', column: 1, top: 1, threshold: 0.5, colour: '--score' },
  { label: 'surprise Z', column: 2, top: 12, threshold: 9, colour: '--surprise' },
];
/** @type {uPlot[]} */
let plots = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const isoTime = (second) => `${new Date(Math.round(second) * 1000).toISOString().slice(0, 19)}Z`;

async function draw() {
  const figure = document.getElementById('beat');
  if (figure === null) return;
  const { asn, from, to } = figure.dataset;
  const path = `/api/v1/as/${encodeURIComponent(asn)}`;
  const response = await fetch(`${path}?from=${isoTime(Number(from))}&to=${isoTime(Number(to))}`);
  if (!response.ok) return;
  const { scores } = await response.json();
  // The page may have been replaced meanwhile.
  if (scores === undefined || document.getElementById('beat') !== figure) return;
  const host = document.getElementById('scores');
  const gutter = figure.querySelector('.gutter').getBoundingClientRect().width;
  const data = withGaps(scores, Number(from), Number(to));
  for (const plot of plots) plot.destroy();
  document.getElementById('readout').hidden = false;
  host.replaceChildren();
  plots = kinds.map((kind) => plotOf(kind, data, gutter, host));
  readOut(plots[0]);
}

function plotOf(kind, [times, ...columns], gutter, host) {
  const values = columns[kind.column - 1];
  const top = Math.max(kind.top, Math.ceil(Math.max(...values)));
  const box = document.createElement('div');
  box.setAttribute('role', 'img');
  box.setAttribute(
    'aria-label',
    `${kind.label}: at most ${Math.max(...values).toFixed(2)}; a beat needs ${kind.threshold}`,
  );
  host.append(box);
  return new uPlot(optionsOf({ ...kind, top }, times, gutter, box), [times, values], box);
}

/**
 * A minute that is not there was quiet: zero, not a line across.
 * @returns {[number[], number[], number[]]}
 */
function withGaps({ time, score, surprise }, from, to) {
  /** @type {[number[], number[], number[]]} */
  const columns = [[from], [0], [0]];
  const add = (second, s, z) => {
    columns[0].push(second);
    columns[1].push(s);
    columns[2].push(z);
  };
  let last = from;
  for (const [i, second] of time.entries()) {
    if (second - last > 1800) {
      add(last + 60, 0, 0);
      add(second - 1, 0, 0);
    }
    if (second > columns[0].at(-1)) add(second, score[i], surprise[i]);
    last = second;
  }
  if (to - last > 1800) add(last + 60, 0, 0);
  add(Math.max(to, columns[0].at(-1) + 1), 0, 0);
  return columns;
}

/** @returns {uPlot.Options} */
function optionsOf({ label, top, threshold, colour: name }, times, gutter, box) {
  const stroke = colour(name);
  const ink = colour('--muted');
  return {
    width: Math.max(240, box.clientWidth),
    height: plotHeight,
    padding: [10, 0, 8, 0],
    scales: { x: { range: [times[0], times.at(-1)] }, y: { range: [0, top] } },
    axes: [
      { show: false },
      {
        stroke: ink,
        size: gutter,
        font: '12px system-ui, sans-serif',
        ticks: { show: false },
        grid: { stroke: colour('--line'), width: 1 },
        splits: [0, top / 2, top],
        values: (_, all) => all.map((value) => (value === 0 ? label : String(value))),
      },
    ],
    series: [{}, { label, stroke, fill: `${stroke}44`, width: 1.5, points: { show: false } }],
    cursor: { y: false, sync: { key: 'scores' }, drag: { x: true, y: false, setScale: false } },
    legend: { show: false },
    hooks: {
      setCursor: [readOut],
      draw: [(plot) => drawThreshold(plot, threshold, ink)],
      setSelect: [chosen],
    },
  };
}

function drawThreshold({ ctx, bbox, valToPos }, threshold, ink) {
  const y = valToPos(threshold, 'y', true);
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.setLineDash([6, 6]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.fillStyle = ink;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  ctx.fillText(`beat: ${threshold}`, bbox.left + bbox.width - 4, y - 2);
  ctx.restore();
}

/** What both curves say where the cursor is. */
function readOut(plot) {
  if (plot !== plots[0]) return;
  const { idx } = plot.cursor;
  const readout = document.getElementById('readout');
  if (typeof idx !== 'number') {
    readout.textContent = 'Point at a curve to read it; drag along it to choose a stretch of time.';
    return;
  }
  const [score, surprise] = plots.map(({ data }) => data[1][idx]);
  const time = isoTime(plot.data[0][idx]).slice(0, 16).replace('T', ' ');
  readout.textContent = `${time} UTC: score S ${score.toFixed(2)}, surprise Z ${surprise.toFixed(1)}`;
}

/** The server draws the chosen time: a link like any other. */
function chosen(plot) {
  const { left, width } = plot.select;
  if (width < 8) return;
  const from = plot.posToVal(left, 'x');
  const to = plot.posToVal(left + width, 'x');
  const range = { from: isoTime(from), to: isoTime(Math.max(to, from + 600)) };
  location.search = new URLSearchParams(range).toString();
}

addEventListener('resize', () => {
  for (const plot of plots)
    plot.setSize({ width: Math.max(240, plot.root.parentElement.clientWidth), height: plotHeight });
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
document.addEventListener('replaced', draw);
draw();
