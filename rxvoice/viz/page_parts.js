// The audio of a live picture: each page brings a part of it, and what pages before it brought is
// kept as long as it is in the picture.

const keepParts = (data) => {
  const all = (window.__rxvoice_parts ??= {});
  const kept = (all[data.live] ??= new Map());
  kept.last = performance.now();
  for (const [stream, segment, heard, rate, text] of data.pieces) {
    const key = `${segment} ${heard} ${stream}`;
    if (kept.has(key)) continue;
    const bytes = bytesOf(text);
    kept.set(key, { stream, segment, heard, rate, bytes, until: heard + bytes.length / rate });
  }
  let size = 0;
  for (const [key, part] of [...kept].sort(([, one], [, other]) => other.until - one.until)) {
    size += part.bytes.length;
    if (part.until <= data.start || size > data.most) kept.delete(key);
  }
  const parts = [...kept.values()];
  for (const { stream, sounds } of data.lanes) {
    for (const sound of sounds) {
      const mine = (part) => part.stream === stream && part.segment === sound.segment;
      const inside = (part) => part.until > sound.start && part.heard < sound.shown;
      const here = parts.filter((part) => mine(part) && inside(part) && part.rate === sound.rate);
      sound.stream = stream;
      sound.parts = sound.heard ? [] : here;
    }
  }
  if (!data.running) delete all[data.live];
};

// Forget what is no longer shown: a cell that is run again takes its former picture away.
const forgetGone = (views) => {
  const all = window.__rxvoice_parts ?? {};
  for (const [key, { last }] of Object.entries(all)) {
    if (performance.now() - last > 60_000 && !views[key]?.box.isConnected) {
      delete all[key];
      delete views[key];
    }
  }
};

const canBeHeard = (sound) => sound.heard || sound.parts.length > 0;

const endOf = (sound) =>
  sound.heard ? sound.shown : Math.min(sound.shown, Math.max(...sound.parts.map((part) => part.until)));

// What there is of a sound: when it begins, its rate and its samples.
const samplesOf = (sound) => {
  const decoded = (bytes) => Float32Array.from(bytes, (code) => MU_LAW[code]);
  if (sound.heard) {
    return { start: sound.start, rate: sound.at, samples: decoded(bytesOf(sound.heard)) };
  }
  const { rate, parts } = sound;
  const start = Math.max(sound.start, Math.min(...parts.map((part) => part.heard)));
  const samples = new Float32Array(Math.max(0, Math.round((endOf(sound) - start) * rate)));
  for (const { heard, bytes } of parts) {
    const first = Math.round((heard - start) * rate);
    const inside = bytes.subarray(Math.max(0, -first), Math.max(0, samples.length - first));
    samples.set(decoded(inside), Math.min(samples.length, Math.max(0, first)));
  }
  return { start, rate, samples };
};
