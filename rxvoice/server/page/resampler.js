/**
 * Audio from one rate to another, piece by piece, as if it were in one piece.
 *
 * Worklets find the class as `globalThis.Resampler`: not every browser lets them import.
 */

const PHASES = 128;
const CROSSINGS = 24;
const KEPT = 0.94; // of the band that both rates can hold

export class Resampler {
  /**
   * @param {number} from Samples a second that come.
   * @param {number} to Samples a second that are wanted; both are whole.
   */
  constructor(from, to) {
    this.from = from;
    this.to = to;
    const band = Math.min(1, to / from);
    this.half = from === to ? 0 : Math.ceil(CROSSINGS / band);
    this.table = kernel(this.half, band * KEPT);
    this.reset();
  }

  /** Forget everything: what comes next is the beginning of something else. */
  reset() {
    this.held = new Float32Array(this.half);
    this.index = this.half; // of the input at which the next output stands, in `held`
    this.rest = 0; // how far behind it, in parts of an input of which there are `to`
    this.taken = 0;
    this.given = 0;
  }

  /**
   * Take samples and return those that are complete; the last ones wait for what follows them.
   *
   * @param {Float32Array} samples
   * @returns {Float32Array}
   */
  push(samples) {
    this.taken += samples.length;
    if (this.from === this.to) return samples;
    const input = new Float32Array(this.held.length + samples.length);
    input.set(this.held);
    input.set(samples, this.held.length);
    const room = Math.max(0, input.length - this.half - this.index);
    const output = new Float32Array(Math.ceil((room * this.to) / this.from) + 1);
    let count = 0;
    for (; this.index + this.half < input.length; count++) {
      output[count] = this.#at(input);
      this.rest += this.from;
      this.index += Math.floor(this.rest / this.to);
      this.rest %= this.to;
    }
    const done = Math.min(input.length, this.index - this.half);
    this.held = input.slice(done);
    this.index -= done;
    this.given += count;
    return output.subarray(0, count);
  }

  /** Return what waits, as if silence followed, and forget everything. */
  flush() {
    const due = Math.ceil((this.taken * this.to) / this.from) - this.given;
    const last = this.from === this.to ? new Float32Array() : this.push(silence(this.half));
    this.reset();
    return last.subarray(0, Math.max(0, due));
  }

  #at(input) {
    const place = (this.rest / this.to) * PHASES;
    const row = Math.floor(place);
    const part = place - row;
    const taps = 2 * this.half;
    const near = row * taps;
    const far = near + taps;
    const first = this.index - this.half + 1;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const left = this.table[near + tap];
      sum += input[first + tap] * (left + part * (this.table[far + tap] - left));
    }
    return sum;
  }
}

function silence(length) {
  return new Float32Array(length);
}

/** Return rows of a low-pass filter, each for outputs a little further behind an input. */
function kernel(half, cutoff) {
  const taps = 2 * half;
  const table = new Float32Array((PHASES + 1) * taps);
  for (let phase = 0; phase <= PHASES; phase++) {
    const row = table.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const at = tap - half + 1 - phase / PHASES;
      row[tap] = sinc(cutoff * at) * blackman(at / half);
      sum += row[tap];
    }
    for (let tap = 0; tap < taps; tap++) row[tap] /= sum;
  }
  return table;
}

function sinc(x) {
  return x ? Math.sin(Math.PI * x) / (Math.PI * x) : 1;
}

function blackman(x) {
  if (Math.abs(x) >= 1) return 0;
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

globalThis.Resampler = Resampler;
