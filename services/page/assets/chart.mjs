// Draws S and Z with a cursor that reads them, in place of the still picture. Dragging chooses a stretch of time.
import uPlot from '/assets/uplot.mjs';

const plotHeight = 150;
let plot;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const utc = (second) => uPlot.tzDate(new Date(second * 1000), 'Etc/UTC');
const isoTime = (second) => new Date(Math.round(second) * 1000).toISOString().slice(0, 19).concat('Z');

async function draw() {
  const figure = document.getElementById('beat');
  if (figure === null) return;
  const { asn, from, to } = figure.dataset;
  const response = await fetch(
    `/api/v1/as/${encodeURIComponent(asn)}?from=${isoTime(Number(from))}&to=${isoTime(Number(to))}`,
  );
  if (!response.ok) return;
  const { scores } = await response.json();
  if (scores === undefined || document.getElementById('beat') !== figure) return;
  const host = document.getElementById('scores');
  const gutter = host.querySelector('.gutter')?.getBoundingClientRect().width ?? 120;
  host.replaceChildren();
  host.classList.add('plotted');
  plot?.destroy();
  plot = new uPlot(
    options(Number(from), Number(to), gutter, host),
    withGaps(scores, Number(from), Number(to)),
    host,
  );
  host.setAttribute('aria-hidden', 'true');
}

/**
 * A minute that is not there was quiet: zero, not a line across.
 * @returns {uPlot.AlignedData}
 */
function withGaps({ time, score, surprise }, from, to) {
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
  add(Math.max(to, last + 61), 0, 0);
  return columns;
}

/** @returns {uPlot.Options} */
function options(from, to, gutter, host) {
  const [ink, grid, s, z] = ['--muted', '--line', '--score', '--surprise'].map(colour);
  const axis = {
    stroke: ink,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  const width = () => Math.max(240, host.clientWidth);
  addEventListener('resize', () => plot?.setSize({ width: width(), height: plotHeight }));
  return {
    width: width(),
    height: plotHeight,
    padding: [8, 0, 0, 0],
    tzDate: utc,
    scales: {
      x: { range: [from, to] },
      s: { range: [0, 1] },
      z: { range: (_, __, max) => [0, Math.max(12, Math.ceil(max))] },
    },
    axes: [
      { ...axis, show: false },
      {
        ...axis,
        scale: 's',
        size: gutter,
        label: 'S and Z',
        labelSize: 16,
        values: (_, all) => all.map((v) => v.toFixed(1)),
      },
    ],
    series: [
      {
        value: (_, second) =>
          second === null ? '–' : `${new Date(second * 1000).toISOString().slice(0, 16).replace('T', ' ')}`,
        label: 'UTC',
      },
      {
        label: 'S',
        scale: 's',
        stroke: s,
        fill: `${s}33`,
        width: 1.5,
        points: { show: false },
        value: (_, v) => v?.toFixed(2) ?? '–',
      },
      {
        label: 'Z',
        scale: 'z',
        stroke: z,
        width: 1.5,
        points: { show: false },
        value: (_, v) => v?.toFixed(1) ?? '–',
      },
    ],
    cursor: { y: false, drag: { x: true, y: false, setScale: false } },
    hooks: { setSelect: [chosen] },
  };
}

/** The server draws the chosen time: a link like any other. */
function chosen(chart) {
  const { left, width } = chart.select;
  if (width < 8) return;
  const from = chart.posToVal(left, 'x');
  const to = chart.posToVal(left + width, 'x');
  location.search = new URLSearchParams({
    from: isoTime(from),
    to: isoTime(Math.max(to, from + 600)),
  }).toString();
}

draw();
document.addEventListener('replaced', draw);
