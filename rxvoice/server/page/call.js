/** One call: a connection, the sound, and what is known of the conversation. */

import { begin } from "./config.js";
import { Conversation } from "./conversation.js";
import { SocketLink } from "./socket.js";
import { Sound } from "./sound.js";
import { RtcLink } from "./webrtc.js";
import { noMicrophone } from "./words.js";

const VERSION = "2.2.0";
const ABOUT = { library: "rxvoice-page", library_version: "1.0.0", platform: "web" };
const PATIENCE = 10_000;
const REPORTED = 0.1; // seconds between two messages about what was played
const STEP = 50;
const GATED = 600; // milliseconds for a server that does not say when its bot speaks

/** There is no microphone; the message says why. */
export class NoMicrophone extends Error {}

export class Call {
  /**
   * @param config As the server gives it.
   * @param {object} wanted `transport` ("websocket" or "webrtc"), `microphone`, `processing`
   *   (booleans), `device`, `muted`, `silent`.
   * @param {() => void} changed Called when something is to be shown.
   */
  constructor(config, wanted, changed) {
    this.config = config;
    this.wanted = wanted;
    this.changed = changed;
    this.conversation = new Conversation();
    this.began = performance.now();
    this.ended = null;
    this.playout = { played: 0, dropped: 0, held: 0, playing: false };
    this.clears = 0;
    this.hasMicrophone = false;
    this.believed = true; // whether the server wants to know what was played
    this.reported = 0;
    this.count = 0;
    this.sound = new Sound({
      packet: (samples, rate) => this.#ready && this.link.sendAudio(samples, rate),
      position: (told) => this.#position(told),
    });
    this.sound.muted = wanted.muted;
    this.sound.silent = wanted.silent;
    const on = {
      open: () => this.#send("client-ready", { version: VERSION, about: ABOUT }),
      message: (message) => this.#message(message),
      audio: (samples, rate) => this.sound.play(samples, rate),
      interruption: () => this.#drop(),
      track: (stream) => this.sound.playStream(stream),
      close: (problem) => this.stop(problem),
    };
    this.link = wanted.transport === "webrtc" ? new RtcLink(on) : new SocketLink(on);
  }

  /** Seconds since the call began, up to its end. */
  get time() {
    return ((this.ended ?? performance.now()) - this.began) / 1000;
  }

  /**
   * Connect; returns when the page waits for the agent.
   *
   * @throws {NoMicrophone} where one is wanted and there is none; nothing has happened then.
   */
  async start() {
    this.conversation.phase = "connecting";
    this.changed();
    await this.sound.open();
    if (this.wanted.microphone) await this.openMicrophone();
    if (this.ended !== null) return;
    this.watching = setInterval(() => this.#measure(), STEP);
    try {
      const place = await begin(this.config);
      if (this.ended !== null) return;
      this.waiting = setTimeout(() => this.stop("The agent does not answer."), PATIENCE);
      await this.link.open(place, this.sound.stream);
    } catch (error) {
      await this.stop(error.message);
    }
  }

  /** Open the microphone, at the beginning or later. */
  async openMicrophone() {
    try {
      await this.sound.listen(this.wanted);
    } catch (error) {
      if (this.conversation.phase === "connecting") await this.sound.close();
      throw new NoMicrophone(noMicrophone(error));
    }
    this.hasMicrophone = true;
    if (this.#ready) await this.link.replace?.(this.sound.stream);
    this.changed();
  }

  /** Hang up, or note that the other side has, with a sentence where something went wrong. */
  async stop(problem = null) {
    if (this.ended !== null) return;
    if (problem === null && this.#ready) this.#send("disconnect-bot");
    this.ended = performance.now();
    clearTimeout(this.waiting);
    clearInterval(this.watching);
    this.link.close();
    this.conversation.end(problem ?? this.conversation.problem, this.time);
    this.changed();
    await this.sound.close();
  }

  /** Send a text of the user. */
  type(text) {
    const options = { run_immediately: true, audio_response: !this.sound.silent };
    const id = this.#send("send-text", { content: text, options });
    this.conversation.typed(text, id, this.time);
    this.changed();
  }

  mute(muted) {
    this.sound.mute(muted);
    this.changed();
  }

  silence(silent) {
    this.sound.silence(silent);
    this.changed();
  }

  get #ready() {
    return this.conversation.phase === "open";
  }

  #send(type, data) {
    const id = `${data?.t ?? type}-${++this.count}`;
    this.link.send({ label: "rtvi-ai", id, type, ...(data ? { data } : {}) });
    return id;
  }

  #message(message) {
    const { type, id } = message;
    if (type === "bot-ready") clearTimeout(this.waiting);
    if (type === "bot-interrupted") this.#drop();
    if (type === "bot-started-speaking") this.#openGate();
    if (type === "error-response" && id?.startsWith("playout-")) this.believed = false;
    this.conversation.take(message, this.time);
    if (this.link.kind === "webrtc") {
      if (type === "bot-started-speaking") this.conversation.sounded(true, this.time);
      if (/^bot-(stopped-speaking|interrupted)$/.test(type)) {
        this.conversation.sounded(false, this.time);
      }
    }
    this.changed();
  }

  /** What came of the bot and was not heard yet must not be heard. */
  #drop() {
    if (this.link.kind === "websocket") {
      this.sound.clear();
      return;
    }
    this.sound.setGate(false); // what the browser holds of the track plays out unheard
    this.gating = setTimeout(() => this.#openGate(), GATED);
  }

  #openGate() {
    clearTimeout(this.gating);
    this.sound.setGate(true);
  }

  #position(told) {
    if (this.ended !== null) return;
    const before = this.playout;
    this.playout = told;
    this.conversation.sounded(told.playing, this.time);
    const position = told.played + before.dropped;
    if (told.kind === "cleared") {
      this.clears++;
      this.#report({ seconds: position, skipped: told.dropped - before.dropped });
    } else if (told.kind === "stopped" || position - this.reported >= REPORTED) {
      this.#report({ seconds: told.played + told.dropped });
    }
    this.changed();
  }

  /**
   * Tell the server how much of the bot was heard: the client message `playout`.
   *
   * `seconds` is a position in the bot's audio as it came to this page: all before it was given to
   * the sound device, or skipped by an earlier clear. `skipped`, only there after a clear, is how
   * much audio just behind that position was dropped by it; later positions lie behind that, too.
   * It is told every 0.1 s while audio plays, when it stops, and at once after each clear.
   */
  #report(d) {
    this.reported = d.seconds + (d.skipped ?? 0);
    if (this.believed && this.#ready) this.#send("client-message", { t: "playout", d });
  }

  #measure() {
    const { marbles, playing } = this.conversation;
    if (this.hasMicrophone) marbles.level("user", this.time, this.sound.level);
    if (playing) marbles.level("bot", this.time, this.sound.botLevel);
    this.changed();
  }
}
