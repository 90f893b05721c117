/**
 * What happens in a call, lane by lane, as marbles on the page's clock, which begins with the call.
 *
 * Spans are `{start, end}` in seconds, with `end` null while they last.
 */

const MOST = 50_000;

export class Marbles {
  constructor() {
    this.user = []; // spans: the user has the floor
    this.voice = []; // spans: the bot is heard, as the page plays it
    this.model = []; // spans: the language model writes
    this.functions = []; // spans with `id`, `name` and `cancelled`
    this.tokens = []; // times
    this.texts = []; // {at, text, final, typed}: what the recogniser wrote, or the user
    this.turns = []; // {at, number, typed, heard}: ends of turns, and when the answer was heard
    this.cuts = []; // times: the bot was interrupted
    this.faults = []; // {at, text}
    this.levels = { user: [], bot: [] }; // [time, 0 to 1]
    this.events = []; // {at, lane, text}: the same for readers
    this.input = false;
  }

  /** Take a message of the server. */
  take(type, data, at) {
    switch (type) {
      case "user-started-speaking":
        open(this.user, at);
        this.#tell(at, "You", "begin to speak");
        break;
      case "user-stopped-speaking":
        close(this.user, at);
        this.#turn(at, false);
        break;
      case "user-input":
        this.input = true;
        if (data.input_type === "transcription") this.#text(data, at);
        break;
      case "user-transcription":
        if (!this.input) this.#text(data, at);
        break;
      case "bot-llm-started":
        open(this.model, at);
        break;
      case "bot-llm-text":
        push(this.tokens, at);
        break;
      case "bot-llm-stopped":
        close(this.model, at);
        break;
      case "bot-interrupted":
        close(this.model, at);
        push(this.cuts, at);
        this.#tell(at, "Interruption", "the agent is cut off");
        break;
      case "llm-function-call-in-progress": {
        const { tool_call_id: id, function_name: name = "" } = data;
        push(this.functions, { id, name, start: at, end: null, cancelled: false });
        this.#tell(at, "Function", `${name || "one"} is called`);
        break;
      }
      case "llm-function-call-stopped":
        this.#returned(data, at);
        break;
      case "error":
        this.fault(data.error ?? data.message ?? "", at);
        break;
    }
  }

  /** The page begins, or stops, to play the bot. */
  sounded(at, playing) {
    if (playing) {
      open(this.voice, at);
      const turn = this.turns.at(-1);
      if (turn && turn.heard === null) turn.heard = at;
      this.#tell(at, "Agent", "is heard");
    } else if (close(this.voice, at)) {
      this.#tell(at, "Agent", "is silent");
    }
  }

  /** The user has typed something. */
  typed(text, at) {
    push(this.texts, { at, text, final: true, typed: true });
    this.#turn(at, true);
    this.#tell(at, "You", `type “${text}”`);
  }

  /** How loud somebody is, "user" or "bot". */
  level(who, at, value) {
    push(this.levels[who], [at, value]);
  }

  /** Something went wrong. */
  fault(text, at) {
    push(this.faults, { at, text });
    this.#tell(at, "Fault", text);
  }

  /** The call is over: nothing lasts any longer. */
  end(at) {
    for (const lane of [this.user, this.voice, this.model, this.functions]) {
      for (const span of lane) span.end ??= at;
    }
    this.#tell(at, "Call", "ends");
  }

  #turn(at, typed) {
    for (const turn of this.turns) turn.heard ??= NaN; // those that were never answered
    push(this.turns, { at, number: this.turns.length + 1, typed, heard: null });
    this.#tell(at, "Turn", `${this.turns.length} ends`);
  }

  #text({ text = "", final = true }, at) {
    push(this.texts, { at, text, final, typed: false });
    if (final) this.#tell(at, "You", `“${text}”`);
  }

  #returned({ tool_call_id: id, cancelled }, at) {
    const call = this.functions.findLast((one) => one.id === id && one.end === null);
    if (!call) return;
    Object.assign(call, { end: at, cancelled: Boolean(cancelled) });
    this.#tell(at, "Function", `${call.name || "one"} ${cancelled ? "is cancelled" : "is done"}`);
  }

  #tell(at, lane, text) {
    push(this.events, { at, lane, text });
  }
}

/** Begin a span unless one lasts. */
function open(lane, at) {
  if (lane.at(-1)?.end !== null) push(lane, { start: at, end: null });
}

/** End the span that lasts; return whether one did. */
function close(lane, at) {
  const last = lane.at(-1);
  if (last?.end !== null) return false;
  last.end = at;
  return true;
}

function push(lane, item) {
  lane.push(item);
  if (lane.length > MOST) lane.splice(0, MOST / 10);
}
