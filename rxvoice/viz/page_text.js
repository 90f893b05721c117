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

// Write what has room, on two lines; words go on in the second one. Measures come last.
const drawTexts = (parent, dots, x, y, right) => {
  const taken = [[], []];
  const roomAt = (place, left) => {
    let room = Infinity;
    for (const [from, until] of taken[place]) {
      if (until + 6 > left) room = Math.min(room, from - 6 - left);
    }
    return room;
  };
  const write = (place, left, text, tone) => {
    taken[place].push([left, left + widthOf(text)]);
    put(parent, "text", { class: tone, x: left, y: y + TEXT * place }, text);
  };
  for (const last of [false, true]) {
    const found = phrases(dots.filter((dot) => (dot[2] === "amber") === last), x);
    for (const [index, { left: begin, text, kind }] of found.entries()) {
      const words = kind === "word";
      const tone = kind === "alarm" ? "alarm" : kind === "ring" || last ? "soft" : "text";
      const left = words ? begin : Math.min(begin, right - Math.min(320, widthOf(text)));
      const until = words ? Math.min(found[index + 1]?.left ?? right, right) - 8 : right;
      const most = Math.min(until - left, words ? Infinity : 320);
      const rooms = [0, 1].map((place) => Math.min(most, roomAt(place, left)));
      const whole = text.trim();
      const needed = words ? widthOf(whole) : Math.min(most, widthOf(whole));
      const fits = rooms.findIndex((each) => each >= needed);
      const places = [0, 1].filter((place) => rooms[place] > 0);
      if (!words || fits >= 0 || places.length < 2) {
        const place = fits >= 0 ? fits : rooms[1] > rooms[0] ? 1 : 0;
        const shown = rooms[place] > 0 ? fit(whole, rooms[place]) : "";
        if (shown) write(place, left, shown, tone);
        continue;
      }
      const room = Math.min(...rooms);
      const split = whole.split(" ");
      let count = split.length;
      while (count > 1 && widthOf(split.slice(0, count).join(" ")) > room) count -= 1;
      const first = fit(split.slice(0, count).join(" "), room);
      const second = fit(split.slice(count).join(" "), room);
      if (`${first} ${second}`.length < Math.min(whole.length, 8)) continue; // says nothing
      if (first) write(0, left, first, tone);
      if (first && second) write(1, left, second, tone);
    }
  }
};
