// The page of the tests: the RTVI client of others, unchanged.
import { PipecatClient, RTVIMessage } from "@pipecat-ai/client-js";
import { SmallWebRTCTransport, WavMediaManager as PeerMedia } from "@pipecat-ai/small-webrtc-transport";
import { WavMediaManager, WebSocketTransport } from "@pipecat-ai/websocket-transport";

import { make, note } from "./rig.js";

// Notes when audio comes, which the client tells nobody.
class Media extends WavMediaManager {
  bufferBotAudio(data, id) {
    note("Audio", data.length);
    return super.bufferBotAudio(data, id);
  }
}

// Says that it is of another version.
const saying = (version, Transport) =>
  class extends Transport {
    sendReadyMessage() {
      this.state = "ready";
      const ready = RTVIMessage.clientReady();
      this.sendMessage({ ...ready, data: { ...ready.data, version } });
    }
  };

globalThis.make = (kind, { enableMic, version, ...options } = {}) => {
  const [Transport, mediaManager] =
    kind === "webrtc"
      ? [SmallWebRTCTransport, new PeerMedia()]
      : [WebSocketTransport, new Media(undefined, 16000)];
  const Chosen = version ? saying(version, Transport) : Transport;
  return make(PipecatClient, new Chosen({ mediaManager, ...options }), enableMic);
};
