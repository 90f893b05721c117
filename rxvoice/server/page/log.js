/**
 * The transcript on the page.
 *
 * Its region announces what is added, not what changes: a sentence of the user's once it is final,
 * that the bot was cut off, what is written and not spoken. Words that are heard change in place.
 */

import { clock } from "./lanes.js";

const NEAR = 48; // pixels from the end within which the end is kept in view
const NAMES = { user: "You", bot: "Agent" };

export class Log {
  constructor(document) {
    this.region = document.getElementById("log");
    this.list = document.getElementById("entries");
    this.empty = document.getElementById("empty");
    this.clear();
  }

  clear() {
    this.list.replaceChildren();
    this.shown = new Map(); // by the entry's number
    this.version = -1;
    this.transcript = null;
  }

  show(transcript) {
    if (transcript !== this.transcript) this.clear();
    if (transcript.version === this.version) return;
    this.transcript = transcript;
    this.version = transcript.version;
    const { scrollHeight, scrollTop, clientHeight } = this.region;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    for (const entry of transcript.entries) {
      const shown = this.shown.get(entry.id) ?? this.#add(entry);
      if (shown.version === entry.version) continue;
      shown.version = entry.version;
      shown.update(entry);
    }
    this.empty.hidden = transcript.entries.length > 0;
    if (atEnd) this.region.scrollTop = this.region.scrollHeight;
  }

  #add(entry) {
    const item = element("li", `entry ${entry.who}`);
    const words = element(entry.who in NAMES ? "div" : "span", "words");
    if (entry.who in NAMES) {
      const who = element("div", "who", NAMES[entry.who]);
      who.append(element("time", "", clock(entry.at)));
      item.append(who);
    }
    item.append(words);
    const shown = { version: -1, update: updates[entry.who](words, item) };
    this.shown.set(entry.id, shown);
    this.list.append(item);
    return shown;
  }
}

const updates = { user, bot, function: call, note };

function user(words) {
  const interim = element("span", "interim");
  words.append(interim);
  return (entry) => {
    while (words.childElementCount - 1 < entry.parts.length) {
      const { text } = entry.parts[words.childElementCount - 1];
      interim.before(element("span", "", `${text} `));
    }
    interim.textContent = entry.interim;
  };
}

function bot(words, item) {
  const loose = element("span", "", "");
  words.append(loose);
  let cut = false;
  item.hidden = true; // until there is something to read
  return (entry) => {
    entry.parts.forEach((part, number) => {
      if (number === words.childElementCount - 1) loose.before(element("span", ""));
      const sentence = words.children[number];
      const heard = part.heard ? `${part.heard} ` : "";
      if (sentence.textContent !== heard) sentence.textContent = heard;
    });
    loose.textContent = entry.loose;
    item.hidden = !words.textContent && !entry.cut;
    if (entry.cut && !cut) {
      cut = true;
      words.after(element("span", "cut-off", "cut off"));
    }
  };
}

function note(words) {
  return ({ text }) => {
    words.textContent = text;
  };
}

function call(words) {
  const told = { running: "is running …", done: "is done", cancelled: "was cancelled" };
  return ({ name, state }) => {
    words.textContent = `${name || "A function"} ${told[state]}`;
  };
}

function element(kind, name, text = "") {
  const made = document.createElement(kind);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
