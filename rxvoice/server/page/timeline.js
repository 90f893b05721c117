/** The timeline: a window of the marbles that goes with the call, or stays where it was scrolled. */

import { clock, drawLanes } from "./lanes.js";

const SCALES = [15, 30, 60, 120, 240]; // pixels a second
const EDGE = 24;
const MOST_ROWS = 2000;

export class Timeline {
  constructor(document) {
    const find = (id) => document.getElementById(id);
    this.scroller = find("marbles");
    this.extent = this.scroller.firstElementChild;
    this.canvas = find("canvas");
    this.pen = this.canvas.getContext("2d");
    this.back = find("now");
    this.table = find("events");
    this.rows = find("rows");
    this.scale = 60;
    this.following = true;
    this.marbles = null;
    this.told = 0;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.#colour();
    this.dark.addEventListener("change", () => this.#colour());
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    find("narrower").onclick = () => this.#zoom(-1);
    find("wider").onclick = () => this.#zoom(1);
    this.back.onclick = () => {
      this.following = true;
      this.scroller.focus();
      this.draw();
    };
    this.table.addEventListener("toggle", () => this.#list());
    new ResizeObserver(() => this.draw()).observe(this.scroller);
  }

  /** Show a call as it is at a time. */
  show(marbles, now) {
    if (marbles !== this.marbles) {
      this.marbles = marbles;
      this.following = true;
      this.told = 0;
      this.rows.replaceChildren();
    }
    this.now = now;
    this.draw();
    this.#list();
  }

  draw() {
    const width = this.scroller.clientWidth;
    const height = this.canvas.clientHeight;
    if (!this.marbles || !width) return;
    let whole = Math.max(width, this.now * this.scale + EDGE);
    if (this.calm.matches && whole > width) whole = Math.ceil(whole / (width / 2)) * (width / 2);
    this.extent.style.width = `${whole}px`;
    if (this.following) this.scroller.scrollLeft = whole;
    this.back.hidden = this.following;
    const dense = globalThis.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * dense)) {
      this.canvas.style.width = `${width}px`;
      this.canvas.width = Math.round(width * dense);
      this.canvas.height = Math.round(height * dense);
    }
    this.pen.setTransform(dense, 0, 0, dense, 0, 0);
    const start = this.scroller.scrollLeft / this.scale;
    const { scale, now, colours } = this;
    drawLanes(this.pen, this.marbles, { start, scale, width, height, now, colours });
    this.#describe();
  }

  #describe() {
    const { turns, cuts, functions, faults } = this.marbles;
    const counts = [
      [turns.length, "turn"],
      [cuts.length, "interruption"],
      [functions.length, "function call"],
      [faults.length, "fault"],
    ];
    const said = counts
      .filter(([count], number) => count || !number)
      .map(([count, noun]) => `${count} ${noun}${count === 1 ? "" : "s"}`);
    const label = `Timeline of ${clock(this.now)}: ${said.join(", ")}. The table below says it all.`;
    if (turns.length + cuts.length + functions.length + faults.length === this.counted) return;
    this.counted = turns.length + cuts.length + functions.length + faults.length;
    this.canvas.setAttribute("aria-label", label);
  }

  /** Write rows for what has happened, while the table is open. */
  #list() {
    if (!this.table.open || !this.marbles) return;
    const { events } = this.marbles;
    const fresh = events.slice(this.told).map(({ at, lane, text }) => {
      const row = document.createElement("tr");
      for (const said of [`${at.toFixed(2)} s`, lane, text]) {
        row.append(Object.assign(document.createElement("td"), { textContent: said }));
      }
      return row;
    });
    if (!fresh.length) return;
    this.told = events.length;
    this.rows.append(...fresh.slice(-MOST_ROWS));
    while (this.rows.childElementCount > MOST_ROWS) this.rows.firstElementChild.remove();
  }

  #scrolled() {
    const { scrollLeft, clientWidth, scrollWidth } = this.scroller;
    const following = scrollLeft + clientWidth >= scrollWidth - EDGE;
    if (following === this.following && following) return;
    this.following = following;
    this.draw();
  }

  #zoom(by) {
    const place = SCALES.indexOf(this.scale) + by;
    const before = this.scale;
    this.scale = SCALES[Math.max(0, Math.min(SCALES.length - 1, place))];
    const left = this.scroller.scrollLeft;
    this.draw();
    if (!this.following) this.scroller.scrollLeft = (left * this.scale) / before;
  }

  #colour() {
    const style = getComputedStyle(document.documentElement);
    const names = ["text", "soft", "grid", "on", "amber", "amber-soft", "alarm", "user", "user-soft"];
    names.push("model", "model-soft", "bot", "bot-soft");
    this.colours = Object.fromEntries(
      names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    );
    this.draw();
  }
}
