// Draws the lanes of a stretch of time. Everything is set as text or attributes, never as markup.

const NS = "http://www.w3.org/2000/svg";
const [PAD, WAVE, BAR, LINE, TEXT] = [7, 30, 19, 18, 14];
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const pen = document.createElement("canvas").getContext("2d");

const put = (parent, name, attributes, text) => {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
};

const widths = new Map(); // measuring is most of the work

// A font is a size in pixels, with a weight before it or without: "600 11".
const widthOf = (text, font = 11) => {
  const key = `${font} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (pen.size !== font) pen.font = `${(pen.size = font)}px system-ui, sans-serif`;
    width = pen.measureText(text).width * 1.04;
    if (widths.size > 20000) widths.clear();
    widths.set(key, width);
  }
  return width;
};

const fit = (text, room, font = 11) => {
  if (widthOf(text, font) <= room + 0.01) return text; // rooms are differences
  let low = 0;
  for (let high = text.length; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(`${text.slice(0, middle)}…`, font) <= room) low = middle;
    else high = middle - 1;
  }
  return low < 3 ? "" : `${text.slice(0, low).trimEnd()}…`;
};

// Names of lanes often differ at their ends only.
const fitName = (name, room, font) => {
  if (widthOf(name, font) <= room + 0.01) return name;
  const start = fit(name, room * 0.6, font).replace("…", "");
  const left = room - widthOf(`${start}…`, font);
  const chars = [...name];
  while (chars.length && (widthOf(chars.join(""), font) > left || /^\p{M}/u.test(chars[0]))) chars.shift();
  const end = chars.join("").trimStart();
  return start && end ? `${start}…${end}` : fit(name, room, font);
};

const clock = (at, step, whole) => {
  const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  if (whole <= 60 || digits) return `${at.toFixed(digits)} s`;
  const total = Math.round(at);
  const two = (part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(total % 60)}`;
};

const drawSound = (parent, sound, x, y, left, right) => {
  const [from, until] = [Math.max(left, x(sound.start)), Math.min(right, x(sound.shown))];
  if (until <= left || from >= right) return;
  const made = put(parent, "g", { class: canBeHeard(sound) ? "sound" : "mute" });
  const width = Math.max(1.5, until - from);
  put(made, "rect", { class: "bot-soft", x: from, y: y + 1, width, height: WAVE - 2, rx: 4 });
  sound.loud ??= bytesOf(sound.levels);
  const [begin, wide] = [x(sound.start), x(sound.start + 1) - x(sound.start)];
  let d = "";
  for (let column = Math.ceil(from / 3); column * 3 + 2.5 <= until; column += 1) {
    const first = Math.max(0, Math.floor((column * 3 - begin) / wide / 0.02));
    const last = Math.max(first + 1, Math.floor(((column + 1) * 3 - begin) / wide / 0.02));
    let loud = 0;
    for (let index = first; index < last; index += 1) loud = Math.max(loud, sound.loud[index] ?? 0);
    const half = Math.max(0.5, (loud / 255) * (WAVE / 2 - 4));
    d += `M${column * 3 + 1.5} ${(y + WAVE / 2 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
  }
  if (d) put(made, "path", { class: "bot-line wave", d });
  made.sound = sound;
  const told = `audio, ${sound.start.toFixed(2)} to ${sound.shown.toFixed(2)} s, ${sound.rate} Hz`;
  made.tip = canBeHeard(sound) ? `${told}: click to hear it from here` : told;
};

const drawBars = (parent, lane, x, y, left, right) => {
  const taken = lane.kinds.map(() => -Infinity);
  for (const [start, end, colour, text, tip, kind] of lane.bars) {
    const [a, b] = [x(start), x(end)];
    if (b < left || a > right || (b - a < 1 && a < taken[kind] + 2)) continue;
    taken[kind] = b;
    const [from, until] = [Math.max(a, left - 8), Math.min(Math.max(b, a + 1.5), right + 8)];
    const top = y + BAR * kind + 2;
    const soft = colour === "text" || colour === "soft" ? "grid" : `${colour}-soft`;
    const box = { x: from, y: top, width: until - from, height: BAR - 4, rx: 4 };
    const made = put(parent, "g", {});
    put(made, "rect", { class: `${soft} ${colour}-line thin`, ...box });
    const at = Math.max(from, left) + 5;
    const room = Math.min(until, right) - at - 4;
    const number = text.match(/ (\d+)$/)?.[1];
    const shown = [text, number].find((each) => each && widthOf(each, 10) <= room);
    if (shown) put(made, "text", { class: `${colour} small`, x: at, y: top + 11 }, shown);
    made.tip = tip;
  }
};

const drawDots = (parent, dots, x, y) => {
  const last = new Map();
  for (const [at, kind, colour, , tip, row] of dots) {
    const place = x(at);
    const former = last.get(row);
    const least = kind === "tick" || kind === "word" ? 2 : 6;
    const better = kind === "alarm" || (kind === "dot" && former?.kind === "ring");
    if (former && !better && place - former.place < least) {
      former.count += 1;
      if (former.count < 4) former.made.tip += `\n${tip}`;
      continue;
    }
    const made = put(parent, "g", {});
    const middle = y + LINE * row;
    if (kind === "alarm") {
      put(made, "path", { class: "alarm", d: `M${place} ${middle - 6}l6 11h-12z` });
    } else if (kind === "ring") {
      put(made, "circle", { class: `hollow ${colour}-line line`, cx: place, cy: middle, r: 3.6 });
    } else if (kind === "dot") {
      put(made, "circle", { class: colour, cx: place, cy: middle, r: 4.5 });
    } else {
      put(made, "path", { class: `${colour}-line line`, d: `M${place} ${middle - 5}v10` });
    }
    put(made, "rect", { class: "touch", x: place - 5, y: middle - 9, width: 10, height: 18 });
    made.tip = tip;
    last.set(row, { place, made, kind, count: 1 });
  }
};

const drawSegments = (parent, lane, x, y, left, right) => {
  const inside = (at) => at >= left - 1 && at <= right + 1;
  const until = {};
  for (const [start, end, how, tip, row, begun] of lane.segments) {
    const [a, b, middle] = [x(start), x(end), y + LINE * row];
    if (b < left || a > right) continue;
    const from = Math.max(a, left, until[row] ?? left);
    until[row] = Math.max(until[row] ?? left, Math.min(b, right));
    if (until[row] > from) {
      put(parent, "path", { class: "soft-line line", d: `M${from} ${middle}H${until[row]}` });
    }
    if (begun && inside(a)) put(parent, "circle", { class: "soft", cx: a, cy: middle, r: 2.5 });
    if (!how || !inside(b)) continue;
    const made = put(parent, "g", {});
    const d = { "|": `M${b} ${middle - 7}v14`, "#": `M${b - 5} ${middle - 5}l10 10m0 -10l-10 10` };
    const cut = `M${b - 3} ${middle + 7}l6 -14`;
    const tone = how === "|" ? "text-line" : "alarm-line";
    put(made, "path", { class: `${tone} bold`, d: d[how] ?? cut });
    made.tip = tip;
  }
};

// Draw a lane; return its height.
const drawLane = (parent, lane, x, top, left, right, shown) => {
  let y = top + PAD;
  const waves = lane.sounds.length > 0;
  let base = y + (waves ? WAVE : lane.kinds.length ? BAR : LINE) / 2;
  const lines = put(parent, "g", {});
  if (waves) {
    for (const sound of lane.sounds) drawSound(parent, sound, x, y, left, right);
    y += WAVE;
  }
  drawBars(parent, lane, x, y, left, right);
  y += BAR * lane.kinds.length;
  if (lane.dots.length || !(waves || lane.kinds.length)) {
    base = y + LINE / 2;
    y += LINE * lane.rows;
  }
  drawSegments(lines, lane, x, base, left, right);
  const dots = lane.dots.filter(([at]) => at >= shown[0] && at <= shown[1]);
  drawDots(parent, dots, x, base);
  if (lane.dots.some((dot) => dot[3].trim())) {
    drawTexts(parent, dots, x, y + 10, right);
    y += TEXT * 2;
  }
  return { height: y + PAD - top, base };
};
