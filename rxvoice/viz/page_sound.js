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
  // It tells of changes, and asks for what follows where a sound ends: a live one has gone on.
  constructor(changed, following) {
    this.changed = changed;
    this.following = following;
    this.node = null;
  }

  // Play from an instant of the picture, or stop when something plays.
  toggle(sound, at) {
    if (this.node) this.stop();
    else this.play(sound, at);
  }

  play(sound, at) {
    const { start, rate, samples } = samplesOf(sound);
    SPEAKER.context ??= new AudioContext();
    SPEAKER.context.resume();
    SPEAKER.player?.stop(); // one picture at a time
    const buffer = SPEAKER.context.createBuffer(1, Math.max(1, samples.length), rate);
    buffer.getChannelData(0).set(samples);
    const offset = Math.min(Math.max(0, at - start), buffer.duration);
    const node = SPEAKER.context.createBufferSource();
    node.buffer = buffer;
    node.connect(SPEAKER.context.destination);
    node.onended = () => {
      if (node !== this.node) return;
      const until = start + buffer.duration;
      this.stop();
      const more = this.following(sound, until);
      if (more) this.play(more, until);
    };
    this.node = node;
    this.start = start - SPEAKER.context.currentTime + offset;
    node.start(0, offset);
    SPEAKER.player = this;
    this.tick();
  }

  // Where it is in the picture, in seconds; null when nothing plays.
  get now() {
    return this.node ? this.start + SPEAKER.context.currentTime : null;
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
