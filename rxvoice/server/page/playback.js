/**
 * The loudspeaker's side of the sound: holds what has come, plays it in order, drops it at once.
 *
 * It takes `{samples, rate}` (16-bit, one channel) and `{clear: true}`. It tells `position` every
 * 50 ms while it plays, `started` and `stopped`, and `cleared` for every clear. All of these hold
 *
 * - `played`: seconds of what came that have been given to the sound device, since the beginning;
 * - `dropped`: seconds of what came that never will be, since the beginning;
 * - `held`: seconds that wait. The three add up to all that came;
 * - `power`: mean square of what was played since the last message; `playing`: whether it plays.
 *
 * What came is played or dropped in its order, and only clears drop (and what comes while two
 * minutes wait). So before a clear is told the position in the stream that came is `played` and
 * what earlier clears dropped; what the clear drops lies just behind that position.
 *
 * It begins to play when `reserve` seconds wait, or when what waits is that old; running dry in
 * the middle of something makes the reserve larger, for connections that are not even. A scrap of
 * one packet that nothing follows, such as the fading end of what was cleared, is dropped then.
 */

const LEAST = 0.06;
const MOST = 0.24;
const LIMIT = 120;
const SCRAP = 0.03;
const EVERY = 0.05;
const FADE = 128;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.pieces = [];
    this.offset = 0;
    this.length = 0; // samples in the pieces, at the device's rate
    this.resampler = null;
    this.fading = null;
    this.playing = false;
    this.reserve = LEAST;
    this.came = 0;
    this.played = 0;
    this.dropped = 0;
    this.first = 0; // when what waits began to come
    this.dry = -1; // when it last ran dry
    this.told = 0;
    this.power = 0;
    this.counted = 0;
    this.port.onmessage = ({ data }) => (data.clear ? this.#clear() : this.#take(data));
  }

  process(_, [[output]]) {
    if (this.fading) {
      output.set(this.fading);
      this.fading = null;
    } else if (this.playing || this.#mayBegin()) {
      this.#play(output);
    }
    return true;
  }

  #take({ samples, rate }) {
    const seconds = samples.length / rate;
    this.came += seconds;
    if (this.length / sampleRate > LIMIT) {
      this.dropped += seconds;
      return;
    }
    if (this.resampler?.from !== rate) {
      if (this.resampler) this.#hold(this.resampler.flush());
      this.resampler = new globalThis.Resampler(rate, sampleRate);
    }
    if (!this.playing && !this.length) {
      this.first = currentTime;
      if (this.first - this.dry < 0.2) this.reserve = Math.min(MOST, this.reserve * 1.5);
    }
    this.#hold(this.resampler.push(Float32Array.from(samples, (sample) => sample / 32768)));
  }

  #hold(samples) {
    if (!samples.length) return;
    this.pieces.push(samples);
    this.length += samples.length;
  }

  #mayBegin() {
    if (!this.length) return false;
    const waiting = this.length / sampleRate;
    if (waiting < this.reserve) {
      if (currentTime - this.first < this.reserve) return false;
      if (waiting <= SCRAP) {
        this.#clear();
        return false;
      }
    }
    this.playing = true;
    this.told = currentTime;
    this.#tell("started");
    return true;
  }

  #play(output) {
    let filled = this.#fill(output, 0);
    if (filled < output.length && this.resampler) {
      this.#hold(this.resampler.flush());
      filled = this.#fill(output, filled);
    }
    this.#count(output, filled);
    if (filled < output.length) {
      this.playing = false;
      this.dry = currentTime;
      this.reserve = Math.max(LEAST, this.reserve * 0.95);
      this.played = this.came - this.dropped; // free of what rounding has left
      this.#tell("stopped");
    } else if (currentTime - this.told >= EVERY) {
      this.told = currentTime;
      this.#tell("position");
    }
  }

  #fill(output, at) {
    while (at < output.length && this.pieces.length) {
      const piece = this.pieces[0];
      const part = piece.subarray(this.offset, this.offset + output.length - at);
      output.set(part, at);
      at += part.length;
      this.offset += part.length;
      this.length -= part.length;
      if (this.offset === piece.length) {
        this.pieces.shift();
        this.offset = 0;
      }
    }
    return at;
  }

  #count(output, filled) {
    this.played += filled / sampleRate;
    this.counted += filled;
    for (let at = 0; at < filled; at++) this.power += output[at] * output[at];
  }

  /** Drop all that waits but a few samples, faded, so that there is no click. */
  #clear() {
    if (this.playing && this.length) {
      const last = new Float32Array(FADE);
      this.#count(last, this.#fill(last, 0));
      this.fading = last.map((sample, at) => sample * (1 - (at + 1) / FADE));
    }
    this.pieces = [];
    this.offset = 0;
    this.length = 0;
    this.resampler?.reset();
    this.playing = false;
    this.dry = -1;
    this.dropped = this.came - this.played;
    this.#tell("cleared");
  }

  #tell(kind) {
    const power = this.counted ? this.power / this.counted : 0;
    this.power = 0;
    this.counted = 0;
    const { played, dropped, playing } = this;
    const held = Math.max(0, this.came - played - dropped);
    this.port.postMessage({ kind, played, dropped, held, power, playing });
  }
}

registerProcessor("playback", Playback);
