// What keys, wheel and pointer do to a picture.

const instantOf = (view, event) => {
  const x = event.clientX - view.svg.getBoundingClientRect().left;
  const part = (x - view.left) / (view.right - view.left);
  return view.shown[0] + part * (view.shown[1] - view.shown[0]);
};

// Tell what lies under the pointer.
const point = (view, target = document.elementFromPoint(...view.pointer)) => {
  while (target && target !== view.box && !target.tip) target = target.parentNode;
  const text = target?.tip;
  view.tip.style.display = text && !view.drag?.moved ? "block" : "none";
  if (!text) return;
  view.tip.textContent = text;
  const box = view.box.getBoundingClientRect();
  const [left, top] = [view.pointer[0] - box.left, view.pointer[1] - box.top];
  const x = Math.min(left + 12, box.width - view.tip.offsetWidth - 4);
  view.tip.style.left = `${Math.max(4, x)}px`;
  view.tip.style.top = `${top + 16}px`;
};

const hover = (view, event) => {
  if (view.drag && Math.abs(event.clientX - view.drag.x) > 3) {
    if (!view.drag.moved) view.box.setPointerCapture(event.pointerId);
    view.drag.moved = true;
    const [start, end] = view.drag.shown;
    const by = ((view.drag.x - event.clientX) * (end - start)) / (view.right - view.left);
    view.show(start + by, end + by);
  }
  view.pointer = [event.clientX, event.clientY];
  point(view, event.target);
};

const wheel = (view, event) => {
  const across = event.shiftKey ? event.deltaY : event.deltaX;
  if (event.ctrlKey || event.metaKey) view.zoom(1.0015 ** event.deltaY, instantOf(view, event));
  else if (across) view.move(across / 800);
  else return;
  event.preventDefault();
};

const listen = (view) => {
  const { box } = view;
  box.onkeydown = (event) => {
    const act = {
      "+": () => view.zoom(1 / 1.6),
      "=": () => view.zoom(1 / 1.6),
      "-": () => view.zoom(1.6),
      0: () => view.show(...view.whole),
      ArrowLeft: () => view.move(-0.2),
      ArrowRight: () => view.move(0.2),
      Home: () => view.show(view.whole[0], view.whole[0] + view.shown[1] - view.shown[0]),
      End: () => view.show(view.whole[1] - view.shown[1] + view.shown[0], view.whole[1]),
      Escape: () => view.player.stop(),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    act();
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
  };
  box.addEventListener("wheel", (event) => wheel(view, event), { passive: false });
  box.onpointerdown = (event) => {
    if (event.button === 0) view.drag = { x: event.clientX, shown: view.shown, moved: false };
  };
  box.onpointermove = (event) => hover(view, event);
  box.onpointerup = (event) => {
    const drag = view.drag;
    view.drag = null;
    const sound = event.target.closest?.("g.sound")?.sound;
    if (drag && !drag.moved && sound) view.player.toggle(sound, instantOf(view, event));
  };
  box.onpointerleave = () => {
    view.drag = null;
    view.tip.style.display = "none";
  };
  box.onfocus = () => (view.hasFocus = true);
  box.onblur = (event) => {
    view.hasFocus = false;
    view.left_ = event.relatedTarget ? 0 : performance.now();
  };
};
