/** A call over a websocket: messages and audio as binary frames. */

import { decodeFrame, encodeAudio, encodeMessage, FrameError } from "./frames.js";
import { closed } from "./words.js";

const FULL = 64_000; // bytes that may wait to leave: two seconds of audio

export class SocketLink {
  /**
   * @param on What is called: `open()`, `message(object)`, `audio(samples, rate)`,
   *   `interruption()`, `close(sentence or null)`.
   */
  constructor(on) {
    this.on = on;
    this.kind = "websocket";
    this.skipped = 0; // packets of the microphone that did not leave
  }

  /** Connect. */
  open({ ws, token }) {
    const url = new URL(ws, document.baseURI);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (token) url.searchParams.set("token", token);
    let opened = false;
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      opened = true;
      this.on.open();
    };
    this.socket.onmessage = ({ data }) => this.#take(data);
    this.socket.onclose = ({ code, reason }) => this.on.close(closed({ code, reason, opened }));
  }

  /** Send a message of the protocol. */
  send(message) {
    this.#leave(encodeMessage(JSON.stringify(message)));
  }

  /** Send audio of the microphone; what a slow line cannot take is left out. */
  sendAudio(samples, rate) {
    if (this.socket.bufferedAmount > FULL) this.skipped++;
    else this.#leave(encodeAudio(samples, rate));
  }

  /** Hang up. */
  close() {
    if (!this.socket) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close(1000);
  }

  #leave(bytes) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(bytes);
  }

  #take(data) {
    if (typeof data === "string") {
      this.#message(data);
      return;
    }
    try {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame.kind === "audio") this.on.audio(frame.samples, frame.rate);
      else if (frame.kind === "message") this.#message(frame.data);
      else if (frame.kind === "interruption") this.on.interruption();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      console.warn(`A frame of the server cannot be read: ${error.message}.`);
    }
  }

  #message(json) {
    const message = parsed(json);
    if (message) this.on.message(message);
  }
}

/** Return a message of the protocol; null for what is none. */
export function parsed(json) {
  try {
    const message = JSON.parse(json);
    const known = message?.label === "rtvi-ai" && typeof message.type === "string";
    return known ? message : null;
  } catch {
    return null;
  }
}
