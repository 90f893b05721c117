// A page without a browser: a peer of libwebrtc that says a tone, hears, and tells by lines of JSON.
const wrtc = require(process.argv[2]);
const lines = require("readline").createInterface({ input: process.stdin });
const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");

const RATE = 48000;
const pc = new wrtc.RTCPeerConnection({ iceServers: [] });
const source = new wrtc.nonstandard.RTCAudioSource();
const track = source.createTrack();
const channel = pc.createDataChannel("chat", { ordered: true });
let position = 0;
let sink = null;
let heard = []; // of 10 ms each: how loud, how many times it crosses zero, and when it came
const began = Date.now();

pc.addTrack(track, new wrtc.MediaStream());
pc.onicecandidate = ({ candidate }) => {
  if (candidate) {
    const { candidate: text, sdpMid, sdpMLineIndex } = candidate;
    tell({ candidate: text, sdp_mid: sdpMid, sdp_mline_index: sdpMLineIndex });
  }
};
pc.onconnectionstatechange = () => tell({ state: pc.connectionState });
pc.ontrack = (event) => {
  sink = new wrtc.nonstandard.RTCAudioSink(event.track);
  sink.ondata = ({ samples, channelCount, sampleRate }) => {
    let loudest = 0, crossings = 0, before = 0;
    for (let at = 0; at < samples.length; at += channelCount) {
      loudest = Math.max(loudest, Math.abs(samples[at]));
      if (before < 0 && samples[at] >= 0) crossings += 1;
      before = samples[at];
    }
    heard.push([loudest, crossings, samples.length / channelCount / sampleRate, Date.now() - began]);
  };
};
channel.binaryType = "arraybuffer";
channel.onopen = () => tell({ open: true });
channel.onmessage = ({ data }) => {
  const text = typeof data === "string" ? data : Buffer.from(data).toString("hex");
  tell({ message: text, at: Date.now() - began });
};

const saying = setInterval(() => {
  while (position < ((Date.now() - began) / 1000) * RATE) {
    const samples = new Int16Array(480);
    for (let at = 0; at < 480; at++, position++) {
      samples[at] = 8000 * Math.sin((2 * Math.PI * 1000 * position) / RATE);
    }
    source.onData({ samples, sampleRate: RATE, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
  }
}, 10);

lines.on("line", async (line) => {
  const command = JSON.parse(line);
  if (command.offer) {
    await pc.setLocalDescription(await pc.createOffer());
    tell({ sdp: pc.localDescription.sdp });
  } else if (command.answer) {
    await pc.setRemoteDescription({ type: "answer", sdp: command.answer });
  } else if (command.send) {
    channel.send(command.send);
  } else if (command.hex) {
    channel.send(Buffer.from(command.hex, "hex"));
  } else if (command.report) {
    tell({ heard });
    heard = [];
  } else if (command.leave) {
    clearInterval(saying);
    if (sink) sink.stop();
    track.stop();
    pc.close();
    lines.close();
    setTimeout(() => process.exit(0), 200);
  }
});
