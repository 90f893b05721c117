/** The page's sound: the microphone, the loudspeaker, and how loud both are. */

const RATE = 16_000;
const PACKET = 320; // 20 ms
const CLEAR = { clear: true };

export class Sound {
  /**
   * @param on What is called: `packet(samples, rate)` of the microphone, `position(what playback
   *   tells)`.
   */
  constructor(on) {
    this.on = on;
    this.level = 0; // of the microphone, 0 to 1
    this.muted = false;
    this.silent = false;
    this.stream = null;
    this.context = null;
  }

  /** Begin; to be called when the user has just clicked, which browsers insist on. */
  async open() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    const ready = this.context.resume();
    for (const name of ["resampler.js", "capture.js", "playback.js"]) {
      await this.context.audioWorklet.addModule(new URL(name, import.meta.url));
    }
    await ready;
    this.player = new AudioWorkletNode(this.context, "playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    this.player.port.onmessage = ({ data }) => this.on.position(data);
    this.volume = new GainNode(this.context, { gain: this.silent ? 0 : 1 });
    this.analyser = new AnalyserNode(this.context, { fftSize: 2048 });
    this.player.connect(this.analyser).connect(this.volume).connect(this.context.destination);
  }

  /**
   * Open the microphone.
   *
   * @param {boolean} processing Whether echo and noise are taken out, and loudness is evened.
   * @param {string} device Which; empty for the usual.
   * @throws what the browser throws.
   */
  async listen({ processing, device }) {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: processing,
        noiseSuppression: processing,
        autoGainControl: processing,
        ...(device ? { deviceId: { exact: device } } : {}),
      },
    });
    this.recorder = new AudioWorkletNode(this.context, "capture", {
      processorOptions: { rate: RATE, packet: PACKET },
    });
    this.recorder.port.onmessage = ({ data: { samples, power } }) => {
      this.level = toLevel(power);
      this.on.packet(samples, RATE);
    };
    const source = new MediaStreamAudioSourceNode(this.context, { mediaStream: this.stream });
    source.connect(this.recorder).connect(this.context.destination); // it only gives silence
    this.mute(this.muted);
  }

  /** Play 16-bit samples behind those that wait. */
  play(samples, rate) {
    this.player.port.postMessage({ samples, rate }, [samples.buffer]);
  }

  /** Drop all that waits. */
  clear() {
    this.player.port.postMessage(CLEAR);
  }

  /** Play a stream of the connection's instead, which comes at its own pace. */
  playStream(stream) {
    const element = new Audio(); // without one, Chromium gives the graph nothing of a connection
    element.muted = true;
    element.srcObject = stream;
    element.play().catch(() => {});
    this.element = element;
    this.gate = new GainNode(this.context);
    const source = new MediaStreamAudioSourceNode(this.context, { mediaStream: stream });
    source.connect(this.gate).connect(this.analyser);
  }

  /** Shut, or open, the way of that stream, within some milliseconds. */
  setGate(open) {
    this.gate?.gain.setTargetAtTime(open ? 1 : 0, this.context.currentTime, 0.002);
  }

  /** Send silence instead of what the microphone hears, or stop doing so. */
  mute(muted) {
    this.muted = muted;
    this.recorder?.port.postMessage({ muted });
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  /** Let the bot not be heard, or be heard again; it goes on speaking. */
  silence(silent) {
    this.silent = silent;
    this.volume?.gain.setTargetAtTime(silent ? 0 : 1, this.context.currentTime, 0.01);
  }

  /** How loud the bot is, 0 to 1. */
  get botLevel() {
    if (!this.analyser) return 0;
    const wave = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(wave);
    return toLevel(wave.reduce((sum, sample) => sum + sample * sample, 0) / wave.length);
  }

  /** End everything and give the microphone back. */
  async close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    if (this.element) this.element.srcObject = null;
    this.stream = this.element = this.gate = this.recorder = null;
    this.level = 0;
    this.analyser = null;
    if (this.context?.state !== "closed") await this.context?.close();
  }
}

/** Return the microphones that the browser names, which it does once one was allowed. */
export async function microphones() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId);
}

/** 0 at −60 dBFS and below, 1 at full scale. */
function toLevel(power) {
  return Math.max(0, Math.min(1, 1 + (10 * Math.log10(power + 1e-12)) / 60));
}
