/** Sentences for people, for what can go wrong. */

/** Say why there is no microphone, from what the browser threw. */
export function noMicrophone(error) {
  if (!globalThis.isSecureContext) {
    return "Browsers lend the microphone only to pages that come over https, or from this computer.";
  }
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "The microphone is not allowed for this page. Allow it in the browser, then try again.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No microphone was found. Connect one, then try again.";
    case "NotReadableError":
    case "AbortError":
      return "The microphone cannot be opened. Another program may be using it.";
    default:
      return "This browser gives no access to a microphone.";
  }
}

/** Say why a socket was closed that nobody here has closed; null where the call simply ended. */
export function closed({ code, reason, opened }) {
  if (!opened) {
    return "The server did not take the call. It may be busy, or this page is too old: load it again.";
  }
  switch (code) {
    case 1000:
      return null;
    case 1001:
      return "The server is shutting down.";
    case 1008:
      return reason ? `The server refused the call: ${reason}` : "The server refused the call.";
    case 1009:
      return "A message was too large for the server.";
    case 1011:
      return "The server failed.";
    case 1013:
      return "The server has no room for another call. Try again in a moment.";
    default:
      return "The connection was lost.";
  }
}

export const STATES = {
  idle: "Ready",
  connecting: "Connecting",
  listening: "Listening",
  user: "You speak",
  thinking: "Thinking",
  bot: "Agent speaks",
  ignoring: "Not listening right now",
  ended: "Call ended",
  error: "Something went wrong",
};
