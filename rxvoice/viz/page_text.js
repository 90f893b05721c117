// The texts of the items of a lane, where there is room for them.

// Gather texts of words that follow each other closely.
const phrases = (dots, x) => {
  const found = [];
  let last = null;
  const finals = dots.some((dot) => dot[1] === "dot");
  for (const dot of dots) {
    const [at, kind, colour, text] = dot;
    if (!text.trim() || (kind === "ring" && finals && colour === "user")) continue;
    const left = x(at) - (kind === "word" ? 1 : 4);
    const near = last && kind === "word" && last.kind === "word" && at - last.until < 1.2;
    if (near && last.left + last.width + 14 >= left) {
      if (last.text.length < 400) {
        last.text += text;
        last.width += widthOf(text);
      }
      last.until = at;
      continue;
    }
    last = { left, text, kind, until: at, width: widthOf(text) };
    found.push(last);
  }
  return found;
};

// Write what has room, on two lines; words go on in the second one.
const drawTexts = (parent, dots, x, y, right) => {
  const ends = [-Infinity, -Infinity];
  const found = phrases(dots, x);
  const write = (place, left, text, kind) => {
    ends[place] = left + widthOf(text) + 6;
    const tone = kind === "ring" ? "soft" : kind === "alarm" ? "alarm" : "text";
    put(parent, "text", { class: tone, x: left, y: y + TEXT * place }, text);
  };
  for (const [index, { left: begin, text, kind }] of found.entries()) {
    const left = kind === "word" ? begin : Math.min(begin, right - Math.min(320, widthOf(text)));
    const places = [0, 1].filter((place) => ends[place] <= left);
    if (!places.length) continue;
    const next = Math.min(kind === "word" ? (found[index + 1]?.left ?? right) : right, right);
    const room = kind === "word" ? next - left - 8 : Math.min(320, right - left);
    const whole = text.trim();
    if (kind !== "word" || places.length < 2 || widthOf(whole) <= room) {
      const shown = fit(whole, room);
      if (shown) write(places[0], left, shown, kind);
      continue;
    }
    const words = whole.split(" ");
    let count = words.length;
    while (count > 1 && widthOf(words.slice(0, count).join(" ")) > room) count -= 1;
    const first = fit(words.slice(0, count).join(" "), room);
    const second = fit(words.slice(count).join(" "), room);
    if (first) write(0, left, first, kind);
    if (first && second) write(1, left, second, kind);
  }
};
