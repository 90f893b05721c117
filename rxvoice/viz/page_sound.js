// Plays a stretch of a lane: mu-law bytes become an audio buffer, so that no codec is needed.

const bytesOf = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const MU_LAW = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const size = (((bits & 15) << 3) + 132) << ((bits >> 4) & 7);
  return (bits & 128 ? 132 - size : size - 132) / 32768;
});

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
    Player.context ??= new AudioContext();
    Player.context.resume();
    Player.current?.stop(); // one picture at a time
    const buffer = Player.context.createBuffer(1, Math.max(1, bytes.length), sound.at);
    buffer.getChannelData(0).set(Float32Array.from(bytes, (code) => MU_LAW[code]));
    const offset = Math.min(Math.max(0, at - sound.start), buffer.duration);
    this.node = Player.context.createBufferSource();
    this.node.buffer = buffer;
    this.node.connect(Player.context.destination);
    const node = this.node;
    node.onended = () => node === this.node && this.stop();
    this.sound = sound;
    this.began = Player.context.currentTime - offset;
    this.node.start(0, offset);
    Player.current = this;
    this.tick();
  }

  // Where it is in the picture, in seconds; null when nothing plays.
  get now() {
    return this.node ? this.sound.start + Player.context.currentTime - this.began : null;
  }

  tick() {
    this.changed();
    if (this.node) requestAnimationFrame(() => this.tick());
  }

  stop() {
    const node = this.node;
    this.node = null;
    if (Player.current === this) Player.current = null;
    node?.stop();
    this.changed();
  }
}
