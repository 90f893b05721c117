/**
 * Who said what, from the messages of the protocol.
 *
 * `entries` are, in order,
 *
 *     {id, who: "user", parts: [{text}], interim, typed}
 *     {id, who: "bot", parts: [{heard, rest, spoken, done}], loose, cut}
 *     {id, who: "function", name, state: "running" | "done" | "cancelled"}
 *     {id, who: "note", text}
 *
 * each with `at`, in seconds, and `version`, which grows when the entry changes. The bot's parts
 * are its sentences, as far as they were heard; `loose` are words that belong to none yet.
 */

const LONGEST = 2000;

export class Transcript {
  constructor() {
    this.entries = [];
    this.version = 0;
    this.segments = new Map(); // by the server's number: [entry, part]
    this.unheard = new Set(); // parts that are being heard, or will be
    this.calls = new Map();
    this.sent = new Set();
    this.told = { input: false, output: false }; // whether the names of today are used
    this.user = null; // the entry that more of what the user says belongs to
    this.bot = null;
    this.spoke = false;
  }

  /** Take a message of the server. */
  take(type, data, at) {
    switch (type) {
      case "user-started-speaking":
        if (!this.user?.interim) this.user = null;
        break;
      case "user-input":
        this.told.input = true;
        this.#heardUser(data, at);
        break;
      case "user-transcription":
        if (!this.told.input) this.#heardUser(data, at);
        break;
      case "bot-llm-started":
        if (this.spoke) this.bot = null;
        this.spoke = false;
        break;
      case "bot-output":
        this.told.output = true;
        this.#output(data, at);
        break;
      case "bot-transcription":
        if (!this.told.output) this.#whole(data.text ?? "", at);
        break;
      case "bot-tts-text":
        this.#word(data.text ?? "", at);
        break;
      case "bot-stopped-speaking":
        this.spoke = true;
        break;
      case "bot-interrupted":
        this.#cut();
        break;
      case "llm-function-call-in-progress":
        this.#called(data, at);
        break;
      case "llm-function-call-stopped":
        this.#returned(data);
        break;
    }
  }

  /** Take what the user typed, which the server may repeat. */
  typed(text, id, at) {
    this.sent.add(id);
    this.#add({ who: "user", parts: [{ text }], interim: "", typed: true, at });
    this.user = this.bot = null;
  }

  /** Add a remark of the page. */
  note(text, at) {
    this.#add({ who: "note", text, at });
  }

  #heardUser({ text = "", final = true, input_type: kind, msg_id: id }, at) {
    if (kind === "chat") {
      if (!this.sent.delete(id)) this.typed(text, null, at);
      return;
    }
    if (kind === "backchannel") {
      this.note(`You: “${text}”`, at);
      return;
    }
    if (!this.user) {
      this.user = this.#add({ who: "user", parts: [], interim: "", typed: false, at });
      this.bot = null;
    }
    if (final) this.user.parts.push({ text });
    this.user.interim = final ? "" : text;
    this.#changed(this.user);
  }

  #output(data, at) {
    const { text = "", segment_id: number, spoken_status: status, spoken_progress: progress } = data;
    if (status === undefined) return; // not in the protocol of today: its words are told as well
    let [entry, part] = this.segments.get(number) ?? [];
    if (!part) {
      entry = this.#speaking(at);
      part = { heard: "", rest: text, spoken: data.will_be_spoken !== false, done: false };
      if (text.startsWith(entry.loose)) [part.heard, entry.loose] = [entry.loose, ""];
      entry.parts.push(part);
      this.segments.set(number, [entry, part]);
    }
    part.done = status === "completed" || !part.spoken;
    const heard = part.done ? text : (progress?.accumulated_text ?? "");
    if (heard.length > part.heard.length) part.heard = heard;
    part.rest = text.slice(part.heard.length);
    if (part.done) this.#completed(entry, part);
    else this.unheard.add(part);
    this.#changed(entry);
  }

  #whole(text, at) {
    const entry = this.#speaking(at);
    const part = { heard: text, rest: "", spoken: true, done: true };
    entry.parts.push(part);
    this.#completed(entry, part);
    this.#changed(entry);
  }

  #completed(entry, part) {
    this.unheard.delete(part);
    const { heard } = part;
    entry.loose = entry.loose.startsWith(heard) ? entry.loose.slice(heard.length).trim() : "";
  }

  /** A word was heard; sentences that are being heard say so themselves. */
  #word(word, at) {
    if (this.unheard.size) return;
    const entry = this.#speaking(at);
    entry.loose = `${entry.loose} ${word}`.trim().slice(-LONGEST);
    this.#changed(entry);
  }

  #speaking(at) {
    if (this.bot) return this.bot;
    if (!this.user?.interim) this.user = null;
    this.bot = this.#add({ who: "bot", parts: [], loose: "", cut: false, at });
    return this.bot;
  }

  /** The reply that was being heard, if any, is heard no further. */
  #cut() {
    const entry = this.entries.findLast(({ who }) => who === "bot");
    const unheard = entry?.parts.some(({ done }) => !done);
    this.unheard.clear();
    if (!entry || entry.cut || (entry !== this.bot && !unheard)) return;
    entry.cut = true;
    this.bot = null;
    this.#changed(entry);
  }

  #called({ tool_call_id: id, function_name: name }, at) {
    this.calls.set(id, this.#add({ who: "function", name: name ?? "", state: "running", at }));
  }

  #returned({ tool_call_id: id, cancelled }) {
    const entry = this.calls.get(id);
    if (!entry) return;
    entry.state = cancelled ? "cancelled" : "done";
    this.calls.delete(id);
    this.#changed(entry);
  }

  #add(entry) {
    const added = { id: this.entries.length + 1, version: 0, ...entry };
    this.entries.push(added);
    this.version++;
    return added;
  }

  #changed(entry) {
    entry.version++;
    this.version++;
  }
}

/** Return what is read of an entry, in one line. */
export function spoken(entry) {
  switch (entry.who) {
    case "user":
      return [...entry.parts.map(({ text }) => text), entry.interim].filter(Boolean).join(" ");
    case "bot":
      return [...entry.parts.map(({ heard }) => heard), entry.loose].filter(Boolean).join(" ");
    case "function":
      return `${entry.name || "function"}: ${entry.state}`;
    default:
      return entry.text;
  }
}
