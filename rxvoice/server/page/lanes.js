/** Draws a window of the marbles, lane by lane. */

const TOP = 4;
const LABEL = 15;
const FONT = "px Inter, system-ui, sans-serif";
const LANES = [
  ["You speak", 26, drawUser],
  ["Your words", 18, drawTexts],
  ["Turns", 22, drawTurns],
  ["Language model", 18, drawModel],
  ["Agent is heard", 26, drawVoice],
  ["Functions", 18, drawFunctions],
];

/**
 * @param {CanvasRenderingContext2D} pen
 * @param marbles
 * @param {object} view `start` (seconds at the left edge), `scale` (pixels a second), `width`,
 *   `height`, `now` (seconds; what lasts is drawn so far), `colours` by their names in the style.
 */
export function drawLanes(pen, marbles, view) {
  const end = view.start + view.width / view.scale;
  const picture = { ...view, end, x: (time) => (time - view.start) * view.scale };
  pen.clearRect(0, 0, view.width, view.height);
  drawAxis(pen, picture);
  let y = TOP;
  for (const [name, height, draw] of LANES) {
    text(pen, name, 0, y + 10, view.colours.soft, 11);
    draw(pen, marbles, picture, y + LABEL, height);
    y += LABEL + height + 6;
  }
  for (const at of seen(marbles.cuts, picture)) drawCut(pen, picture, at);
}

function drawAxis(pen, { start, end, scale, height, x, colours }) {
  const step = [1, 2, 5, 10, 30, 60].find((one) => one * scale >= 56) ?? 120;
  pen.lineWidth = 1;
  for (let time = Math.max(0, Math.floor(start / step) * step); time < end; time += step) {
    line(pen, Math.round(x(time)) + 0.5, 0, 0, height - 16, colours.grid);
    text(pen, clock(time), x(time) + 3, height - 4, colours.soft, 11);
  }
}

function drawUser(pen, marbles, picture, y, height) {
  const { colours } = picture;
  for (const span of lasting(marbles.user, picture)) {
    bar(pen, picture, span, y, height, colours["user-soft"]);
  }
  wave(pen, marbles.levels.user, picture, y, height, colours.user);
}

function drawVoice(pen, marbles, picture, y, height) {
  const { colours, x } = picture;
  for (const span of lasting(marbles.voice, picture)) {
    bar(pen, picture, span, y, height, colours["bot-soft"]);
  }
  wave(pen, marbles.levels.bot, picture, y, height, colours.bot);
  for (const fault of seen(marbles.faults, picture, ({ at }) => at)) {
    text(pen, "✕", x(fault.at) - 4, y + height / 2 + 5, colours.alarm, 14);
  }
}

function drawTexts(pen, marbles, picture, y, height) {
  const { colours, x, end } = picture;
  const middle = y + height / 2;
  let next = end; // where something else stands
  for (let number = marbles.texts.length - 1; number >= 0; number--) {
    const one = marbles.texts[number];
    if (next < picture.start) break;
    if (one.at < end) {
      dot(pen, x(one.at), middle, 4, colours.user, one.final);
      const room = x(next) - x(one.at) - 14;
      if (one.final) text(pen, fitted(pen, one.text, room), x(one.at) + 8, middle + 4, colours.text, 12);
    }
    next = Math.min(end, one.at);
  }
}

function drawTurns(pen, marbles, picture, y, height) {
  const { colours, x, now } = picture;
  const middle = y + height / 2;
  for (const turn of marbles.turns) {
    const heard = turn.heard ?? now;
    if (turn.at > picture.end || Math.max(heard || turn.at, turn.at) + 2 < picture.start) continue;
    const from = x(turn.at);
    if (heard > turn.at) {
      const to = x(heard);
      const waits = turn.heard === null;
      line(pen, from, middle, to - from, 0, colours.soft, waits ? [3, 3] : []);
      if (!waits) {
        arrow(pen, to, middle, colours.soft);
        const wait = `${Math.round((heard - turn.at) * 1000)} ms`;
        text(pen, wait, Math.max(to + 5, from + 15), middle + 4, colours.text, 12);
      }
    }
    dot(pen, from, middle, 9, colours.amber, true);
    text(pen, turn.number, from, middle + 4, colours.on, 11, "center");
  }
}

function drawModel(pen, marbles, picture, y, height) {
  const { colours, x } = picture;
  for (const span of lasting(marbles.model, picture)) {
    bar(pen, picture, span, y, height, colours["model-soft"]);
  }
  for (const at of seen(marbles.tokens, picture)) {
    line(pen, Math.round(x(at)) + 0.5, y + 4, 0, height - 8, colours.model);
  }
}

function drawFunctions(pen, marbles, picture, y, height) {
  const { colours, x } = picture;
  for (const span of lasting(marbles.functions, picture)) {
    bar(pen, picture, span, y, height, colours["amber-soft"]);
    const name = (span.name || "function") + (span.cancelled ? " (cancelled)" : "");
    text(pen, name, Math.max(0, x(span.start)) + 6, y + height / 2 + 4, colours.text, 12);
  }
}

function drawCut(pen, { x, height, colours }, at) {
  line(pen, Math.round(x(at)) + 0.5, 0, 0, height - 16, colours.alarm, [4, 3]);
  text(pen, "interrupted", x(at) + 4, 10, colours.alarm, 11);
}

/** What of a lane of spans is to be seen, with its end. */
function lasting(spans, { start, end, now }) {
  return spans
    .filter((span) => span.start < end && (span.end ?? now) > start)
    .map((span) => ({ ...span, end: span.end ?? now }));
}

function seen(items, { start, end }, time = (at) => at) {
  return items.filter((item) => time(item) >= start - 1 && time(item) < end);
}

function bar(pen, { x }, span, y, height, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.roundRect(x(span.start), y, Math.max(3, x(span.end) - x(span.start)), height, 5);
  pen.fill();
}

/** Draw how loud it was: the loudest of every three pixels. */
function wave(pen, levels, { start, end, x }, y, height, colour) {
  const columns = new Map();
  for (let at = after(levels, start - 0.1); at < levels.length && levels[at][0] < end; at++) {
    const [time, level] = levels[at];
    const column = Math.round(x(time) / 3);
    columns.set(column, Math.max(level, columns.get(column) ?? 0));
  }
  pen.fillStyle = colour;
  for (const [column, level] of columns) {
    const half = Math.max(0.5, (level * (height - 4)) / 2);
    pen.fillRect(column * 3, y + height / 2 - half, 2, 2 * half);
  }
}

/** Return the first place at which the times, which rise, are not before one. */
function after(levels, time) {
  let [low, high] = [0, levels.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (levels[middle][0] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function line(pen, x, y, across, down, colour, dashes = []) {
  pen.strokeStyle = colour;
  pen.setLineDash(dashes);
  pen.lineWidth = 1.25;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + across, y + down);
  pen.stroke();
  pen.setLineDash([]);
}

function arrow(pen, x, y, colour) {
  line(pen, x - 5, y - 4, 5, 4, colour);
  line(pen, x - 5, y + 4, 5, -4, colour);
}

function dot(pen, x, y, radius, colour, filled) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.lineWidth = 1.5;
  pen.fillStyle = pen.strokeStyle = colour;
  if (filled) pen.fill();
  else pen.stroke();
}

function text(pen, said, x, y, colour, size, align = "left") {
  pen.font = size + FONT;
  pen.fillStyle = colour;
  pen.textAlign = align;
  pen.fillText(said, x, y);
}

/** Return as much of a text as there is room for. */
function fitted(pen, said, room) {
  pen.font = 12 + FONT;
  if (room < 16) return "";
  if (pen.measureText(said).width <= room) return said;
  const share = room / pen.measureText(said).width;
  return `${said.slice(0, Math.max(1, Math.floor(said.length * share) - 2)).trimEnd()}…`;
}

/** Return a time in seconds as people read it. */
export function clock(time) {
  const seconds = String(Math.floor(time % 60)).padStart(2, "0");
  return `${Math.floor(time / 60)}:${seconds}`;
}
