// Plays a stretch of a lane: mu-law bytes become an audio buffer, so that no codec is needed.

const bytesOf = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const MU_LAW = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const size = (((bits & 15) << 3) + 132) << ((bits >> 4) & 7);
  return (bits & 128 ? 132 - size : size - 132) / 32768;
});

// Of all pictures on a page, each of which has a script of its own: one of them plays at a time.
const SPEAKER = (window.__rxvoice_speaker ??= { context: null, player: null });

class Player {
  constructor(changed) {
    this.changed = changed;
    this.node = null;
    this.sound = null;
  }

  // Play from an instant of the picture, or stop when something plays.
  toggle(sound, at) {
    if (this.node) {
      this.stop();
      return;
    }
    const bytes = bytesOf(sound.heard);
    SPEAKER.context ??= new AudioContext();
    SPEAKER.context.resume();
    SPEAKER.player?.stop(); // one picture at a time
    const buffer = SPEAKER.context.createBuffer(1, Math.max(1, bytes.length), sound.at);
    buffer.getChannelData(0).set(Float32Array.from(bytes, (code) => MU_LAW[code]));
    const offset = Math.min(Math.max(0, at - sound.start), buffer.duration);
    this.node = SPEAKER.context.createBufferSource();
    this.node.buffer = buffer;
    this.node.connect(SPEAKER.context.destination);
    const node = this.node;
    node.onended = () => node === this.node && this.stop();
    this.sound = sound;
    this.began = SPEAKER.context.currentTime - offset;
    this.node.start(0, offset);
    SPEAKER.player = this;
    this.tick();
  }

  // Where it is in the picture, in seconds; null when nothing plays.
  get now() {
    return this.node ? this.sound.start + SPEAKER.context.currentTime - this.began : null;
  }

  tick() {
    this.changed();
    if (this.node) requestAnimationFrame(() => this.tick());
  }

  stop() {
    const node = this.node;
    this.node = null;
    if (SPEAKER.player === this) SPEAKER.player = null;
    node?.stop();
    this.changed();
  }
}
