// A page of the tests with the RTVI client of others as it was in version 1.2, unchanged: it speaks RTVI 1.0.
import { PipecatClient } from "@pipecat-ai/client-js";
import { WavMediaManager, WebSocketTransport } from "@pipecat-ai/websocket-transport";

import { make } from "./rig.js";

globalThis.make = () => {
  const mediaManager = new WavMediaManager(undefined, 16000);
  return make(PipecatClient, new WebSocketTransport({ mediaManager }), false);
};
