// What the signs of lanes mean; only those that are there.

const SIGNS = [
  ["dot", "item", [["circle", { class: "text", cx: 10, cy: 7, r: 4.5 }]]],
  ["ring", "not final", [["circle", { class: "hollow text-line line", cx: 10, cy: 7, r: 3.6 }]]],
  ["tick", "one of many", [["path", { class: "text-line line", d: "M8 2v10M12 2v10" }]]],
  ["alarm", "fault", [["path", { class: "alarm", d: "M10 1l6 11h-12z" }]]],
  ["^", "subscribed", [
    ["path", { class: "soft-line line", d: "M4 7H18" }],
    ["circle", { class: "soft", cx: 4, cy: 7, r: 3 }],
  ]],
  ["|", "completed", [
    ["path", { class: "soft-line line", d: "M2 7H12" }],
    ["path", { class: "text-line bold", d: "M12 0v14" }],
  ]],
  ["#", "failed", [["path", { class: "alarm-line bold", d: "M5 2l10 10m0 -10l-10 10" }]]],
  ["!", "unsubscribed", [["path", { class: "alarm-line bold", d: "M7 14l6 -14" }]]],
];

const drawLegend = (parent, lanes) => {
  const found = new Set();
  for (const { dots, segments } of lanes) {
    for (const [, kind] of dots) found.add(kind === "word" ? "tick" : kind);
    for (const [, , how, , , begun] of segments) found.add(how).add(begun ? "^" : how);
  }
  parent.replaceChildren();
  for (const [sign, name, shapes] of SIGNS.filter(([sign]) => found.has(sign))) {
    const entry = document.createElement("span");
    const drawn = put(entry, "svg", { width: 20, height: 14, "aria-hidden": "true" });
    for (const [shape, attributes] of shapes) put(drawn, shape, attributes);
    entry.append(name);
    parent.append(entry);
  }
};
