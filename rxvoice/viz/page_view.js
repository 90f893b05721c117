// A picture that can be zoomed, scrolled and heard. It is one element; nothing is loaded.

class View {
  constructor(root, data) {
    this.player = new Player(() => this.head(), (sound, at) => this.following(sound, at));
    this.bar = this.make("div", "bar");
    this.title = this.make("strong", "", this.bar);
    this.about = this.make("span", "about", this.bar);
    for (const [sign, name, act] of [
      ["−", "zoom out", () => this.zoom(1.6)],
      ["+", "zoom in", () => this.zoom(1 / 1.6)],
      ["⤢", "show all", () => this.show(...this.whole)],
    ]) {
      const button = this.make("button", "", this.bar);
      Object.assign(button, { type: "button", textContent: sign, title: name, onclick: act });
      button.setAttribute("aria-label", name);
    }
    this.box = this.make("div", "box");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.svg = put(this.box, "svg", {});
    this.tip = this.make("div", "tip", this.box);
    this.legend = this.make("div", "legend");
    this.help = this.make("div", "help");
    listen(this);
    this.take(root, data);
    const theme = { attributeFilter: ["class", "data-jp-theme-light"] };
    new MutationObserver(() => this.paint()).observe(document.body, theme);
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  // Show what is given, in an element that may have replaced the former one: a notebook does so a
  // few times a second, and who zooms, drags, reads or listens goes on with it.
  take(root, data) {
    const [former, focused] = [this.data, this.hasFocus || performance.now() - this.left_ < 250];
    this.data = data;
    const room = data.running ? 0 : (data.end - data.start) * 0.01;
    this.whole = [data.start, Math.max(data.end + room, data.start + 0.1)];
    const short = data.running || this.whole[1] - this.whole[0] <= 90;
    if (!former || this.follows) {
      this.shown = short ? [...this.whole] : [this.whole[0], this.whole[0] + 60];
      this.follows = short;
    }
    this.clamp();
    this.title.textContent = data.title;
    this.about.textContent = data.about;
    this.box.setAttribute("aria-label", `${data.title}: ${data.told}`);
    const sounds = data.lanes.some((lane) => lane.sounds.some(canBeHeard));
    const hear = sounds ? " · click audio to hear it" : "";
    const help = `drag or ← → to move · ctrl + wheel or + − to zoom${hear}`;
    this.help.textContent = data.left_out ? `not kept: ${data.left_out} · ${help}` : help;
    this.root = root;
    this.paint();
    drawLegend(this.legend, data.lanes);
    root.replaceChildren(this.bar, this.box, this.legend, this.help);
    if (focused && document.activeElement === document.body) {
      this.box.focus({ preventScroll: true });
    }
    this.draw();
    if (this.pointer && this.tip.style.display === "block") point(this);
  }

  make(name, kind, parent) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    parent?.append(made);
    return made;
  }

  paint() {
    const theme = dark();
    this.root.classList.toggle("dark", theme === true);
    this.root.classList.toggle("light", theme === false);
  }

  clamp() {
    const [first, last] = this.whole;
    const length = Math.min(Math.max(this.shown[1] - this.shown[0], 0.05), last - first);
    const start = Math.min(Math.max(this.shown[0], first), last - length);
    this.shown = [start, start + length];
  }

  show(start, end) {
    this.shown = [start, end];
    this.clamp();
    const [first, last] = this.whole;
    this.follows = this.shown[0] <= first && this.shown[1] >= last; // what is still to come
    if (this.cost < 25) this.draw();
    else this.frame ??= requestAnimationFrame(() => this.draw()); // one for many events
  }

  zoom(factor, at = (this.shown[0] + this.shown[1]) / 2) {
    const [start, end] = this.shown;
    this.show(at - (at - start) * factor, at + (end - at) * factor);
  }

  move(part) {
    const [start, end] = this.shown;
    this.show(start + (end - start) * part, end + (end - start) * part);
  }

  head() {
    if (this.player.node && !this.box.isConnected) this.player.stop(); // the picture is gone
    const now = this.player.now;
    const x = now === null ? -9 : this.x(now);
    this.mark?.setAttribute("d", x < this.left ? "" : `M${x} 18V${this.bottom}`);
  }

  // What goes on with a sound that ended at an instant, when enough of it is there.
  following(sound, at) {
    const goesOn = (each) => each.segment === sound.segment && each.start <= at + 0.01;
    for (const { stream, sounds } of this.data.lanes) {
      if (stream !== sound.stream) continue;
      const found = sounds.find((each) => goesOn(each) && canBeHeard(each) && endOf(each) > at + 0.2);
      if (found) return found;
    }
    return null;
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    const began = performance.now();
    const { data, svg } = this;
    const width = Math.max(360, this.box.clientWidth || 900);
    const [start, end] = this.shown;
    const names = data.lanes.map(({ name, inner }) => widthOf(name, weight(inner)) + (inner ? 12 : 0));
    const gutter = Math.min(Math.max(40, ...names) + 14, width * 0.24);
    [this.left, this.right] = [gutter + 8, width - 14];
    const scale = (this.right - this.left) / (end - start);
    const x = (this.x = (at) => Math.round((this.left + (at - start) * scale) * 100) / 100);
    const scrolled = [window.scrollX, window.scrollY];
    svg.replaceChildren();
    const grid = put(svg, "g", {});
    this.clip ??= `rxvp${(window.__rxvoice_clips = (window.__rxvoice_clips ?? 0) + 1)}`;
    const window_ = put(put(svg, "clipPath", { id: this.clip }), "rect", { x: this.left - 7, y: 0 });
    const inside = put(svg, "g", { "clip-path": `url(#${this.clip})` });
    let y = 24;
    for (const lane of data.lanes) {
      if (!lane.inner && y > 24) put(grid, "path", { class: "grid-line thin", d: `M0 ${y}H${width}` });
      const drawn = drawLane(inside, lane, x, y, this.left, this.right, this.shown);
      const tone = `${lane.colour}${lane.inner ? "" : " strong"}`;
      const inset = lane.inner ? 12 : 0;
      const name = fitName(lane.name, gutter - inset - 8, weight(lane.inner));
      const label = put(svg, "text", { class: tone, x: inset + 4, y: drawn.base + 4 }, name);
      label.tip = lane.name;
      y += drawn.height;
    }
    this.bottom = y;
    drawAxis(this, grid, width, y);
    this.mark = put(inside, "path", { class: "mark alarm-line bold", d: "" });
    drawOverview(this, svg, y);
    for (const [key, value] of [["width", width - this.left + 2], ["height", y]]) {
      window_.setAttribute(key, value);
    }
    for (const [key, value] of [["width", width], ["height", y + 16]]) svg.setAttribute(key, value);
    window.scrollTo(...scrolled);
    this.head();
    this.cost = performance.now() - began;
  }
}

const weight = (inner) => (inner ? 11 : "600 11");

const dark = () => {
  const body = document.body;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (/vscode-(dark|light|high)/.test(body.className)) return !/vscode-light/.test(body.className);
  return null; // as the system says
};

const begin = (id, data) => {
  const views = (window.__rxvoice_views ??= {}); // of what is live
  keepParts(data);
  forgetGone(views);
  for (const root of document.querySelectorAll(`[data-rxvoice="${id}"]:not([data-ready])`)) {
    root.dataset.ready = "";
    const known = views[data.live];
    if (known && !known.box.isConnected) known.take(root, data);
    else if (data.live) views[data.live] = new View(root, data);
    else new View(root, data);
  }
  if (data.over) delete views[data.live];
};
