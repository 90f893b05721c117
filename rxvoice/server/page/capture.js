/** The microphone's side of the sound: packets of 16-bit samples, at the rate that is wanted. */

class Capture extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate, packet } }) {
    super();
    this.resampler = new globalThis.Resampler(sampleRate, rate);
    this.packet = new Int16Array(packet);
    this.filled = 0;
    this.power = 0;
    this.muted = false;
    this.port.onmessage = ({ data }) => {
      this.muted = data.muted;
    };
  }

  process([input]) {
    if (!input.length) return true;
    for (const sample of this.resampler.push(mono(input))) {
      const heard = this.muted ? 0 : Math.max(-1, Math.min(1, sample)); // muted: silence, not a gap
      this.packet[this.filled++] = Math.round(heard * 32767);
      this.power += heard * heard;
      if (this.filled === this.packet.length) this.#leave();
    }
    return true;
  }

  #leave() {
    const samples = this.packet.slice();
    const power = this.power / samples.length;
    this.port.postMessage({ samples, power }, [samples.buffer]);
    this.filled = 0;
    this.power = 0;
  }
}

function mono(channels) {
  if (channels.length === 1) return channels[0].slice();
  const mixed = new Float32Array(channels[0].length);
  for (const channel of channels) {
    for (let at = 0; at < mixed.length; at++) mixed[at] += channel[at] / channels.length;
  }
  return mixed;
}

registerProcessor("capture", Capture);
