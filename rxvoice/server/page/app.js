/**
 * The page that talks to the agent.
 *
 * `window.rxvoice` is for scripts, consoles and tests: `start()`, `stop()`, `send(text)`,
 * `mute(yes)`, `silence(yes)`, and what is known: `state`, `time` (seconds since the call began),
 * `conversation`, `playout` (as `playback.js` tells it), `clears`, and `analyser`, the Web Audio
 * node that hears the bot.
 */

import { Answers } from "./answers.js";
import { Call, NoMicrophone } from "./call.js";
import { readConfig } from "./config.js";
import { Controls } from "./controls.js";
import { Log } from "./log.js";
import { Marbles } from "./marbles.js";
import { microphones } from "./sound.js";
import { Timeline } from "./timeline.js";

const CALM = 250; // milliseconds between two pictures for those who do not want motion

const config = readConfig(document.getElementById("config"));
const controls = new Controls(document, config);
const log = new Log(document);
const timeline = new Timeline(document);
const answers = new Answers(document);
const switches = { muted: false, silent: false };

let call = null;
let due = false;
let drawn = -Infinity;

/** Begin a call; `microphone` is whether the user speaks, or only types. */
async function start({ microphone = true } = {}) {
  if (call && call.ended === null) return;
  controls.explain(null);
  Object.assign(switches, { muted: false, silent: false });
  call = new Call(config, { ...controls.settings, ...switches, microphone }, changed);
  const own = call;
  try {
    await own.start();
    controls.list(await microphones());
  } catch (error) {
    const known = error instanceof NoMicrophone;
    if (!known) console.error(error);
    await own.stop(known ? error.message : "This browser cannot play sound here.");
    if (known) controls.explain(error.message, { retry: start, type: typeOnly });
  }
}

function typeOnly() {
  return start({ microphone: false });
}

function stop() {
  return call?.stop();
}

function send(text) {
  if (call?.conversation.phase === "open" && text.trim()) call.type(text.trim());
}

/** Mute the microphone; where there is none yet, open it. */
async function mute(muted = !switches.muted) {
  if (!call || call.ended !== null) return;
  if (!call.hasMicrophone) {
    try {
      await call.openMicrophone();
      controls.explain(null);
    } catch (error) {
      controls.explain(error.message);
    }
    return;
  }
  switches.muted = muted;
  call.mute(muted);
}

function silence(silent = !switches.silent) {
  switches.silent = silent;
  call?.silence(silent);
}

/** Something is to be shown, soon and not too often. */
function changed() {
  if (due) return;
  due = true;
  const calm = timeline.calm.matches ? CALM - (performance.now() - drawn) : 0;
  if (calm > 0) setTimeout(show, calm);
  else if (document.hidden) setTimeout(show, CALM);
  else requestAnimationFrame(show);
}

function show() {
  due = false;
  drawn = performance.now();
  const { conversation, time } = call;
  controls.show(call, switches);
  log.show(conversation.transcript);
  answers.show(conversation.turns);
  timeline.show(conversation.marbles, time);
}

timeline.show(new Marbles(), 0);
controls.connect({ start, typeOnly, stop, mute, silence, send });
document.addEventListener("visibilitychange", () => call && changed());

window.rxvoice = {
  start,
  stop,
  send,
  mute,
  silence,
  get state() {
    return call ? call.conversation.state(call.time) : "idle";
  },
  get time() {
    return call?.time ?? 0;
  },
  get conversation() {
    return call?.conversation ?? null;
  },
  get playout() {
    return call?.playout ?? null;
  },
  get clears() {
    return call?.clears ?? 0;
  },
  get analyser() {
    return call?.sound.analyser ?? null;
  },
};
