/**
 * The binary frames of the client protocol, written and read by hand.
 *
 * They are the protocol buffer `pipecat.Frame`; `rxvoice/rtvi/_frames.py` has the whole table.
 * The page writes audio and messages, and reads everything.
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;
const FIXED32 = 5;
const DEEPEST = 100;
const KINDS = { 1: "text", 2: "audio", 3: "transcription", 4: "message", 5: "interruption" };

/** Bytes that are no frame. */
export class FrameError extends Error {}

/** Write a message of the protocol, which is JSON. */
export function encodeMessage(json) {
  return field(4, field(1, new TextEncoder().encode(json)));
}

/** Write audio: 16-bit samples of one channel. */
export function encodeAudio(samples, rate) {
  const audio = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return field(2, joined(field(3, audio), number(4, rate), number(5, 1)));
}

/**
 * Read a frame.
 *
 * @param {Uint8Array} bytes
 * @returns one of `{kind: "message", data}`, `{kind: "audio", samples, rate}` (one channel),
 *   `{kind: "interruption"}`, `{kind: "text", text}`, `{kind: "transcription", text}`.
 * @throws {FrameError} when the bytes are no frame, or none that is known.
 */
export function decodeFrame(bytes) {
  let kind = 0;
  let values = {};
  for (const [id, value] of fields(bytes)) {
    if (!(id in KINDS) || typeof value === "number") continue;
    if (id !== kind) values = {}; // of several kinds the last counts
    kind = id;
    for (const [inner, found] of fields(value)) {
      values[typeof found === "number" ? inner : -inner] = found; // bytes under negative numbers
    }
  }
  switch (KINDS[kind]) {
    case "message":
      return { kind: "message", data: text(values[-1]) };
    case "audio":
      return { kind: "audio", ...audio(values) };
    case "interruption":
      return { kind: "interruption" };
    case "text":
    case "transcription":
      return { kind: KINDS[kind], text: text(values[-3]) };
    default:
      throw new FrameError("it is no frame that is known");
  }
}

function audio(values) {
  const bytes = values[-3] ?? new Uint8Array();
  const rate = (values[4] ?? 0) % 2 ** 32;
  const channels = (values[5] ?? 0) % 2 ** 32 || 1;
  if (bytes.length % (2 * channels)) throw new FrameError("audio ends within a sample");
  if (!rate || channels > 8) throw new FrameError("audio needs a rate and up to eight channels");
  const all = new Int16Array(bytes.slice().buffer);
  if (channels === 1) return { samples: all, rate };
  const samples = new Int16Array(all.length / channels);
  for (let at = 0; at < samples.length; at++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += all[at * channels + channel];
    samples[at] = Math.round(sum / channels);
  }
  return { samples, rate };
}

function text(value = new Uint8Array()) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new FrameError("a text is not UTF-8");
  }
}

/** Read a message field by field: numbers by their low bits, at least 32, all else as bytes. */
function* fields(bytes) {
  let at = 0;
  const varint = (longest) => {
    let value = 0;
    for (let count = 0; count < longest; count++) {
      if (at >= bytes.length) throw new FrameError("a number is cut off");
      const byte = bytes[at++];
      if (count < 5) value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
    throw new FrameError("a number is too long");
  };
  const tag = () => {
    const read = varint(5);
    if (read < 8 || read >= 2 ** 32) throw new FrameError("a field has a number that cannot be");
    return [Math.floor(read / 8), read % 8];
  };
  const span = (length) => {
    if (at + length > bytes.length) throw new FrameError("a field is cut off");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const pass = (id, kind, depth) => {
    if (kind === VARINT) varint(10);
    else if (kind === FIXED64) span(8);
    else if (kind === BYTES) span(varint(5));
    else if (kind === FIXED32) span(4);
    else if (kind === GROUP && depth < DEEPEST) passGroup(id, depth + 1);
    else throw new FrameError("a field has a kind that cannot be");
  };
  const passGroup = (id, depth) => {
    for (;;) {
      const [inner, kind] = tag();
      if (kind !== GROUP_END) pass(inner, kind, depth);
      else if (inner === id) return;
      else throw new FrameError("a group ends that has not begun");
    }
  };
  while (at < bytes.length) {
    const [id, kind] = tag();
    if (kind === VARINT) yield [id, varint(10)];
    else if (kind === BYTES) yield [id, span(varint(5))];
    else pass(id, kind, 0);
  }
}

function varintBytes(value) {
  const written = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) written.push((value % 128) | 0x80);
  return Uint8Array.from([...written, value]);
}

function number(id, value) {
  return joined(varintBytes(id * 8 + VARINT), varintBytes(value));
}

function field(id, bytes) {
  return joined(varintBytes(id * 8 + BYTES), varintBytes(bytes.length), bytes);
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
