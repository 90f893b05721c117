// What is around the lanes: the time, and which part of the whole is shown.

const drawAxis = (view, parent, width, bottom) => {
  const [start, end] = view.shown;
  const least = ((end - start) * 58) / (view.right - view.left);
  const step = STEPS.find((each) => each >= least) ?? 3600 * Math.ceil(least / 3600);
  for (let index = Math.ceil(start / step - 1e-9); index * step <= end + 1e-9; index += 1) {
    const x = view.x(index * step);
    put(parent, "path", { class: "grid-line thin", d: `M${x} 18V${bottom}` });
    const last = x > view.right - 14;
    const place = { x: last ? width - 2 : x, y: 12, "text-anchor": last ? "end" : "middle" };
    put(parent, "text", { class: "soft small", ...place }, clock(index * step, step, view.whole[1]));
  }
};

const drawOverview = (view, parent, y) => {
  const [first, last] = view.whole;
  const scale = (view.right - view.left) / (last - first);
  const rail = { x: view.left, y: y + 5, width: view.right - view.left, height: 6, rx: 3 };
  const track = put(parent, "rect", { class: "grid track", ...rail });
  const x = view.left + (view.shown[0] - first) * scale;
  const size = Math.max(8, (view.shown[1] - view.shown[0]) * scale);
  put(parent, "rect", { class: "part", ...rail, x: Math.min(x, view.right - size), width: size });
  track.onpointerdown = (event) => {
    const left = view.svg.getBoundingClientRect().left + view.left;
    const middle = first + (event.clientX - left) / scale;
    const half = (view.shown[1] - view.shown[0]) / 2;
    view.show(middle - half, middle + half);
    event.stopPropagation();
  };
};
