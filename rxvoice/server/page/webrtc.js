/** A call over WebRTC: audio as tracks, messages in a data channel. */

import { post } from "./config.js";
import { parsed } from "./socket.js";

const ALIVE = 1000;
const LOST = 5000;

export class RtcLink {
  /** @param on As for a `SocketLink`, and `track(stream)` for the bot's voice. */
  constructor(on) {
    this.on = on;
    this.kind = "webrtc";
    this.peer = null; // its name at the server
    this.found = []; // candidates that the server does not know yet
    this.over = false;
  }

  /** Connect. `stream` is the microphone's, or null. */
  async open({ offer, token, iceServers }, stream) {
    this.token = token;
    this.path = offer;
    this.connection = new RTCPeerConnection({ iceServers });
    this.connection.ontrack = ({ track, streams: [first] }) =>
      this.on.track(first ?? new MediaStream([track]));
    this.connection.onicecandidate = ({ candidate }) => candidate && this.#tell(candidate);
    this.connection.onconnectionstatechange = () => this.#changed();
    const [track] = stream?.getAudioTracks() ?? [];
    this.sender = this.connection.addTransceiver(track ?? "audio", {
      direction: "sendrecv",
      streams: stream ? [stream] : [],
    }).sender;
    this.channel = this.connection.createDataChannel("rtvi", { ordered: true });
    this.channel.onopen = () => {
      this.alive = setInterval(() => this.#leave("ping"), ALIVE);
      this.on.open();
    };
    this.channel.onmessage = ({ data }) => this.#take(data);
    this.channel.onclose = () => this.#end(null);
    await this.#offer();
  }

  /** Send a message of the protocol. */
  send(message) {
    this.#leave(JSON.stringify(message));
  }

  /** The track carries it. */
  sendAudio() {}

  /** Send a microphone that was not there when the call began. */
  replace(stream) {
    return this.sender.replaceTrack(stream.getAudioTracks()[0]);
  }

  /** Hang up. */
  close() {
    this.over = true;
    clearInterval(this.alive);
    clearTimeout(this.losing);
    this.connection?.close();
  }

  async #offer() {
    await this.connection.setLocalDescription();
    const { sdp, type } = this.connection.localDescription;
    const offer = { sdp, type, pc_id: this.peer };
    const response = await post(this.path, offer, this.token);
    const answer = await response.json();
    if (this.over) return;
    this.peer = answer.pc_id;
    await this.connection.setRemoteDescription({ sdp: answer.sdp, type: answer.type });
    this.#tell();
  }

  /** Send candidates, once the server has a name for this page. */
  async #tell(candidate) {
    if (candidate) this.found.push(candidate);
    if (!this.peer || !this.found.length) return;
    const candidates = this.found.map((one) => ({
      candidate: one.candidate,
      sdp_mid: one.sdpMid,
      sdp_mline_index: one.sdpMLineIndex,
    }));
    this.found = [];
    try {
      await post(this.path, { pc_id: this.peer, candidates }, this.token, { method: "PATCH" });
    } catch {
      // those in the offer may do
    }
  }

  #take(data) {
    if (typeof data !== "string") return;
    const message = parsed(data);
    if (message) this.on.message(message);
    else this.#signalled(data);
  }

  async #signalled(data) {
    let message = null;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message?.type !== "signalling") return;
    if (message.message?.type === "peerLeft") this.#end(null);
    if (message.message?.type !== "renegotiate") return;
    try {
      await this.#offer();
    } catch (error) {
      this.#end(error.message);
    }
  }

  #changed() {
    const state = this.connection.connectionState;
    clearTimeout(this.losing);
    if (state === "failed") this.#end("There is no way for audio between here and the server.");
    if (state === "disconnected") {
      this.losing = setTimeout(() => this.#end("The connection was lost."), LOST);
    }
  }

  #leave(text) {
    if (this.channel.readyState === "open") this.channel.send(text);
  }

  #end(why) {
    if (this.over) return;
    this.close();
    this.on.close(why);
  }
}
