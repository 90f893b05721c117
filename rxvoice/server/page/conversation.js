/**
 * A call as the page knows it: its state, who said what, marbles, and how long the user waits.
 *
 * It is told everything with the time on the call's clock, in seconds, and reads no clock.
 */

import { Marbles } from "./marbles.js";
import { Transcript } from "./transcript.js";
import { Turns } from "./turns.js";

const PATIENCE = 4; // seconds for which silence after the user counts as thinking

export class Conversation {
  constructor() {
    this.transcript = new Transcript();
    this.marbles = new Marbles();
    this.turns = new Turns();
    this.phase = "idle"; // then "connecting", "open", "ended" or "error"
    this.problem = null; // a sentence
    this.playing = false;
    this.userSpeaks = false;
    this.botSpeaks = false;
    this.writing = false;
    this.silently = false; // whether what it writes goes to no voice
    this.ignoring = false;
    this.asked = null; // when an answer began to be waited for
  }

  /** What the page says that happens now: one of the names in `words.js`. */
  state(at) {
    if (this.phase !== "open") return this.phase;
    if (this.userSpeaks) return "user";
    if (this.playing || this.botSpeaks) return "bot";
    if (this.writing) return "thinking";
    if (this.asked !== null && at - this.asked < PATIENCE) return "thinking";
    return this.ignoring ? "ignoring" : "listening";
  }

  /** Take a message of the server. */
  take({ type, data }, at) {
    const said = data !== null && typeof data === "object" ? data : {};
    this.transcript.take(type, said, at);
    this.turns.take(type, said, at, this.playing);
    this.marbles.take(type, said, at);
    switch (type) {
      case "bot-ready":
        if (this.phase === "connecting") this.phase = "open";
        break;
      case "user-started-speaking":
        this.userSpeaks = true;
        this.asked = null;
        break;
      case "user-stopped-speaking":
        this.userSpeaks = false;
        this.asked = at;
        break;
      case "bot-llm-started":
        this.writing = true;
        this.silently = false;
        break;
      case "bot-output":
        this.silently = said.will_be_spoken === false;
        break;
      case "bot-llm-stopped":
        this.writing = false;
        this.asked = this.silently ? null : at; // its voice may take a moment
        break;
      case "bot-started-speaking":
        this.botSpeaks = true;
        this.asked = null;
        break;
      case "bot-stopped-speaking":
        this.botSpeaks = false;
        break;
      case "bot-interrupted":
        this.botSpeaks = this.writing = false;
        break;
      case "user-mute-started":
      case "user-mute-stopped":
        this.ignoring = type === "user-mute-started";
        break;
      case "error":
        this.#failed(said, at);
        break;
    }
  }

  /** The page begins, or stops, to give the bot's audio to the sound device. */
  sounded(playing, at) {
    if (playing === this.playing) return;
    this.playing = playing;
    this.marbles.sounded(at, playing);
    if (!playing) return;
    this.asked = null;
    this.turns.sounded(at);
  }

  /** The user has sent a text. */
  typed(text, id, at) {
    this.transcript.typed(text, id, at);
    this.marbles.typed(text, at);
    this.turns.began(at, true);
    this.asked = at;
  }

  /** The call is over; with a sentence where something went wrong. */
  end(problem, at) {
    if (this.phase === "ended" || this.phase === "error") return;
    this.phase = problem ? "error" : "ended";
    this.problem ??= problem;
    this.playing = this.userSpeaks = this.botSpeaks = this.writing = false;
    this.marbles.end(at);
  }

  #failed({ error, message, fatal }, at) {
    const told = String(error ?? message ?? "Something went wrong.");
    this.transcript.note(`The agent reports: ${told}`, at);
    if (fatal) this.problem = `The agent had to stop: ${told}`;
  }
}
