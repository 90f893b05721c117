/** Buttons, settings, the state of the call, and what went wrong. */

import { clock } from "./lanes.js";
import { STATES } from "./words.js";

const TOLD = {
  connecting: "Connecting.",
  listening: "Connected. Speak, or type.",
  ended: "The call has ended.",
};
const OPEN = new Set(["listening", "user", "thinking", "bot", "ignoring"]);

export class Controls {
  constructor(document, config) {
    this.body = document.body;
    this.find = (id) => document.getElementById(id);
    this.phase = "idle";
    document.title = config.title;
    this.find("title").textContent = config.title;
    if (config.offer === null || !globalThis.RTCPeerConnection) {
      this.find("transport").querySelector("[value=webrtc]").remove();
    } else if (config.transport === "webrtc") {
      this.find("transport").value = "webrtc";
    }
  }

  /** What the user has chosen for the next call. */
  get settings() {
    return {
      transport: this.find("transport").value,
      device: this.find("device").value,
      processing: this.find("processing").checked,
    };
  }

  /** Call what buttons stand for. */
  connect({ start, typeOnly, stop, mute, silence, send }) {
    this.find("start").onclick = () => start();
    this.find("type-only").onclick = () => typeOnly();
    this.find("stop").onclick = () => stop();
    this.find("mute").onclick = () => mute();
    this.find("silence").onclick = () => silence();
    this.find("typing").onsubmit = (event) => {
      event.preventDefault();
      send(this.find("text").value);
      this.find("text").value = "";
    };
  }

  /** Offer the microphones that there are. */
  list(devices) {
    const select = this.find("device");
    const chosen = select.value;
    const named = devices.filter(({ deviceId }) => deviceId !== "default");
    const options = named.map(({ deviceId, label }, number) => {
      const option = document.createElement("option");
      option.value = deviceId;
      option.textContent = label || `Microphone ${number + 1}`;
      return option;
    });
    select.replaceChildren(select.firstElementChild, ...options);
    select.value = chosen;
    if (select.selectedIndex < 0) select.value = "";
  }

  /** Say what went wrong, with what can be done about it; null to say nothing. */
  explain(sentence, { retry = null, type = null } = {}) {
    const box = this.find("problem");
    box.classList.toggle("shown", Boolean(sentence));
    box.replaceChildren();
    if (!sentence) return;
    const said = document.createElement("p");
    said.textContent = sentence;
    box.append(said);
    if (retry) box.append(button("Try again", () => retry()));
    if (type) box.append(button("Only type", () => type()));
  }

  show(call, { muted, silent }) {
    const { conversation, time } = call;
    const state = conversation.state(time);
    const open = OPEN.has(state);
    const live = open || state === "connecting";
    this.body.dataset.state = state;
    this.find("state").textContent = STATES[state];
    this.find("clock").textContent = clock(time);
    this.#level("user-level", live && call.hasMicrophone ? call.sound.level : 0);
    this.#level("bot-level", live && conversation.playing ? call.sound.botLevel : 0);
    this.#press("mute", muted, muted ? "muted" : "microphone");
    this.#press("silence", silent, silent ? "silent" : "sound");
    this.find("mute").lastElementChild.textContent = call.hasMicrophone ? "Mute" : "Use microphone";
    const phase = open ? "listening" : state;
    if (phase !== this.phase) this.#enter(phase, conversation, { live, open });
  }

  /** Go to another phase of the call; the focus does not get lost with a button. */
  #enter(phase, conversation, { live, open }) {
    this.phase = phase;
    const focused = document.activeElement?.closest?.(".bar button");
    for (const id of ["start", "type-only"]) this.find(id).hidden = live;
    for (const id of ["stop", "silence"]) this.find(id).hidden = !live;
    this.find("mute").hidden = !open;
    this.find("start").querySelector("span").textContent = live ? "Start call" : "Call again";
    for (const id of ["text", "send"]) this.find(id).disabled = !open;
    for (const id of ["transport", "device", "processing"]) this.find(id).disabled = live;
    if (focused?.hidden) this.find(live ? "stop" : "start").focus();
    this.find("status").textContent = TOLD[phase] ?? "";
    if (phase === "error" && !this.find("problem").classList.contains("shown")) {
      this.explain(conversation.problem);
    }
  }

  #press(id, pressed, icon) {
    const control = this.find(id);
    control.setAttribute("aria-pressed", String(pressed));
    control.querySelector("use").setAttribute("href", `#icon-${icon}`);
  }

  #level(id, level) {
    const track = this.find(id);
    const value = String(Math.round(level * 100));
    if (track.getAttribute("aria-valuenow") === value) return;
    track.setAttribute("aria-valuenow", value);
    track.firstElementChild.style.transform = `scaleX(${level})`;
  }
}

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.onclick = action;
  return made;
}
