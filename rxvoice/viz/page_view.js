// A picture that can be zoomed, scrolled and heard. It is one element; nothing is loaded.

class View {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.views = window.__rxvoice_views ??= {}; // what a picture that replaces this one goes on with
    if (data.begins) delete this.views[data.live];
    const kept = data.live && this.views[data.live];
    const room = data.running ? 0 : (data.end - data.start) * 0.01;
    this.whole = [data.start, Math.max(data.end + room, data.start + 0.1)];
    const whole = data.running || this.whole[1] - this.whole[0] <= 90;
    this.shown = whole ? [...this.whole] : [this.whole[0], this.whole[0] + 60];
    if (kept && !kept.follows) this.shown = kept.shown;
    this.clamp();
    this.player = new Player(() => this.head());
    root.replaceChildren();
    this.bar = this.make("div", "bar", root);
    this.make("strong", "", this.bar).textContent = data.title;
    this.make("span", "about", this.bar).textContent = data.about;
    for (const [sign, name, act] of [
      ["−", "zoom out", () => this.zoom(1.6)],
      ["+", "zoom in", () => this.zoom(1 / 1.6)],
      ["⤢", "show all", () => this.show(...this.whole)],
    ]) {
      const button = this.make("button", "", this.bar);
      Object.assign(button, { type: "button", textContent: sign, title: name, onclick: act });
      button.setAttribute("aria-label", name);
    }
    this.box = this.make("div", "box", root);
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.box.setAttribute("aria-label", `${data.title}: ${data.told}`);
    this.svg = put(this.box, "svg", {});
    this.tip = this.make("div", "tip", this.box);
    const help = "drag or ← → to move · ctrl + wheel or + − to zoom · click audio to hear it";
    this.make("div", "help", root).textContent = data.left_out
      ? `not kept: ${data.left_out} · ${help}`
      : help;
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.draw();
  }

  make(name, kind, parent) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    parent.append(made);
    return made;
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
    const follows = this.shown[0] <= first && this.shown[1] >= last;
    if (this.data.live) this.views[this.data.live] = { shown: this.shown, follows };
    this.draw();
  }

  zoom(factor, at = (this.shown[0] + this.shown[1]) / 2) {
    const [start, end] = this.shown;
    this.show(at - (at - start) * factor, at + (end - at) * factor);
  }

  move(part) {
    const [start, end] = this.shown;
    this.show(start + (end - start) * part, end + (end - start) * part);
  }

  at(event) {
    const x = event.clientX - this.svg.getBoundingClientRect().left;
    const part = (x - this.left) / (this.right - this.left);
    return this.shown[0] + part * (this.shown[1] - this.shown[0]);
  }

  listen() {
    const box = this.box;
    box.onkeydown = (event) => {
      const act = {
        "+": () => this.zoom(1 / 1.6),
        "=": () => this.zoom(1 / 1.6),
        "-": () => this.zoom(1.6),
        0: () => this.show(...this.whole),
        ArrowLeft: () => this.move(-0.2),
        ArrowRight: () => this.move(0.2),
        Home: () => this.show(this.whole[0], this.whole[0] + this.shown[1] - this.shown[0]),
        End: () => this.show(this.whole[1] - this.shown[1] + this.shown[0], this.whole[1]),
        Escape: () => this.player.stop(),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      act();
      event.preventDefault();
      event.stopPropagation(); // a notebook has keys of its own
    };
    box.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    box.onpointerdown = (event) => {
      if (event.button === 0) this.drag = { x: event.clientX, shown: this.shown, moved: false };
    };
    box.onpointermove = (event) => this.hover(event);
    box.onpointerup = (event) => {
      const drag = this.drag;
      this.drag = null;
      const sound = event.target.closest?.("g.sound")?.sound;
      if (drag && !drag.moved && sound) this.player.toggle(sound, this.at(event));
    };
    box.onpointerleave = () => {
      this.drag = null;
      this.tip.style.display = "none";
    };
  }

  wheel(event) {
    const across = event.shiftKey ? event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) this.zoom(1.0015 ** event.deltaY, this.at(event));
    else if (across) this.move(across / 800);
    else return;
    event.preventDefault();
  }

  hover(event) {
    if (this.drag && Math.abs(event.clientX - this.drag.x) > 3) {
      if (!this.drag.moved) this.box.setPointerCapture(event.pointerId);
      this.drag.moved = true;
      const [start, end] = this.drag.shown;
      const by = ((this.drag.x - event.clientX) * (end - start)) / (this.right - this.left);
      this.show(start + by, end + by);
    }
    let target = event.target;
    while (target && target !== this.box && !target.tip) target = target.parentNode;
    const text = target?.tip;
    this.tip.style.display = text && !this.drag?.moved ? "block" : "none";
    if (!text) return;
    this.tip.textContent = text;
    const box = this.box.getBoundingClientRect();
    const x = Math.min(event.clientX - box.left + 12, box.width - this.tip.offsetWidth - 4);
    this.tip.style.left = `${Math.max(4, x)}px`;
    this.tip.style.top = `${event.clientY - box.top + 16}px`;
  }

  head() {
    const now = this.player.now;
    const x = now === null ? -9 : this.x(now);
    this.mark?.setAttribute("d", x < this.left ? "" : `M${x} 18V${this.bottom}`);
  }

  draw() {
    const { data, svg } = this;
    const width = Math.max(360, this.box.clientWidth || 900);
    const [start, end] = this.shown;
    const names = data.lanes.map((lane) => widthOf(lane.name) * 1.1 + (lane.inner ? 12 : 0));
    const gutter = Math.min(Math.max(40, ...names) + 14, width * 0.24);
    [this.left, this.right] = [gutter + 8, width - 14];
    const scale = (this.right - this.left) / (end - start);
    const x = (this.x = (at) => Math.round((this.left + (at - start) * scale) * 100) / 100);
    const scrolled = [window.scrollX, window.scrollY];
    svg.replaceChildren();
    const grid = put(svg, "g", {});
    const clip = `rxvp${(View.count = (View.count ?? 0) + 1)}`;
    const window_ = put(put(svg, "clipPath", { id: clip }), "rect", { x: this.left - 7, y: 0 });
    const inside = put(svg, "g", { "clip-path": `url(#${clip})` });
    let y = 24;
    for (const lane of data.lanes) {
      if (!lane.inner && y > 24) put(grid, "path", { class: "grid-line thin", d: `M0 ${y}H${width}` });
      const drawn = drawLane(inside, lane, x, y, this.left, this.right, this.shown);
      const tone = `${lane.colour}${lane.inner ? "" : " strong"}`;
      const inset = lane.inner ? 12 : 0;
      const name = fit(lane.name, gutter - inset - 4);
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
  }
}

const dark = () => {
  const body = document.body;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (/vscode-(dark|light|high)/.test(body.className)) return !/vscode-light/.test(body.className);
  return null; // as the system says
};

const begin = (id, data) => {
  for (const root of document.querySelectorAll(`[data-rxvoice="${id}"]:not([data-ready])`)) {
    root.dataset.ready = "";
    const theme = dark();
    if (theme !== null) root.classList.add(theme ? "dark" : "light");
    new View(root, data);
  }
};
