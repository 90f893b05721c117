// What pages of the tests have in common: the client's events as a log, and an ear at the loudspeaker.

const log = [];
const ears = [];

const EAR = `registerProcessor("ear", class extends AudioWorkletProcessor {
  constructor() { super(); this.kept = []; this.length = 0; }
  process([input]) {
    const block = input[0] ? Float32Array.from(input[0]) : new Float32Array(128);
    this.kept.push(block); this.length += block.length;
    if (this.length >= 1024) {
      this.port.postMessage(this.kept); this.kept = []; this.length = 0;
    }
    return true;
  }
});`;

// Everything that is given to a loudspeaker is given to an ear, too.
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  const done = connect.call(this, to, ...rest);
  if (to instanceof AudioDestinationNode) listen(this);
  return done;
};

async function listen(node) {
  const context = node.context;
  const ear = (context.ear ??= open(context));
  connect.call(node, ear.node ?? (await ear.opening));
}

function open(context) {
  const ear = { rate: context.sampleRate, blocks: [], context };
  const source = URL.createObjectURL(new Blob([EAR], { type: "application/javascript" }));
  ear.opening = context.audioWorklet.addModule(source).then(() => {
    ear.node = new AudioWorkletNode(context, "ear");
    ear.began = context.currentTime;
    ear.node.port.onmessage = ({ data }) => ear.blocks.push(...data);
    return ear.node;
  });
  ears.push(ear);
  return ear;
}

export function note(name, data) {
  const ear = ears.find((one) => one.began !== undefined);
  const heard = ear ? ear.context.currentTime - ear.began : null;
  log.push({ name, data: plain(data), at: performance.now() / 1000, heard });
}

function plain(data) {
  try {
    return JSON.parse(JSON.stringify(data ?? null));
  } catch {
    return String(data);
  }
}

const EVENTS = [
  "Connected", "Disconnected", "Error", "TransportStateChanged", "BotStarted", "BotConnected",
  "BotReady", "BotDisconnected", "Metrics", "ServerMessage", "MessageError", "UserStartedSpeaking",
  "UserStoppedSpeaking", "BotStartedSpeaking", "BotStoppedSpeaking", "UserMuteStarted",
  "UserMuteStopped", "UserTranscript", "UserLlmText", "BotOutput", "BotTranscript", "BotLlmText",
  "BotLlmStarted", "BotLlmStopped", "BotTtsText", "BotTtsStarted", "BotTtsStopped",
  "LLMFunctionCallStarted", "LLMFunctionCallInProgress", "LLMFunctionCallStopped", "DeviceError",
];

// Lets the client of a library connect by a transport.
export function make(Client, transport, enableMic = true) {
  const callbacks = Object.fromEntries(
    EVENTS.map((name) => [`on${name}`, (data) => note(name, data)]),
  );
  callbacks.onTrackStarted = (track, participant) => {
    note("TrackStarted", { kind: track.kind, local: participant?.local ?? false });
    if (track.kind === "audio" && !participant?.local) play(track);
  };
  globalThis.client = new Client({ transport, callbacks, enableMic, enableCam: false });
  return null;
}

function play(track) {
  const stream = new MediaStream([track]);
  const element = Object.assign(new Audio(), { srcObject: stream, muted: true });
  element.play();
  const context = (globalThis.speakers ??= new AudioContext());
  context.createMediaStreamSource(stream).connect(context.destination);
}

globalThis.wait = async (wanted, seconds) => {
  const end = performance.now() + seconds * 1000;
  while (!wanted()) {
    if (performance.now() > end) return false;
    await new Promise((done) => setTimeout(done, 10));
  }
  return true;
};

// Waits until an event of a name came so many times.
globalThis.until = (name, count, seconds) =>
  wait(() => log.filter((one) => one.name === name).length >= count, seconds);

globalThis.told = () => log;

// What was played: rate, and 16-bit samples in base64.
globalThis.heard = () => {
  const ear = ears.find((one) => one.began !== undefined);
  if (!ear) return null;
  const samples = new Int16Array(ear.blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of ear.blocks)
    for (const value of block) samples[at++] = Math.max(-1, Math.min(1, value)) * 32767;
  let text = "";
  const bytes = new Uint8Array(samples.buffer);
  for (let start = 0; start < bytes.length; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return { rate: ear.rate, samples: btoa(text) };
};
