/** What the server tells the page, in the element `config`. */

const DEFAULTS = {
  ws: "ws", // the socket, relative to the page
  offer: "api/offer", // WebRTC; null where the server has none
  start: null, // asked before each call where it is given
  token: null,
  title: "Voice agent",
  transport: "websocket", // what is chosen at first; the other is "webrtc"
};

/** Return the settings; what is missing or cannot be read is as usual. */
export function readConfig(element) {
  let given = {};
  try {
    given = JSON.parse(element?.textContent || "{}");
  } catch {
    // a page that was not filled in still works on the usual paths
  }
  const known = Object.entries(DEFAULTS).map(([name, usual]) => {
    const value = given?.[name];
    const nullable = value === null && ["offer", "start", "token"].includes(name);
    return [name, nullable || typeof value === "string" ? value : usual];
  });
  return Object.fromEntries(known);
}

/**
 * Ask the server for a session, where it wants to be asked.
 *
 * @returns `{ws, offer, token, iceServers}`: where this call is to be made.
 * @throws {Error} with a sentence for people.
 */
export async function begin(config) {
  const { ws, offer, token } = config;
  if (!config.start) return { ws, offer, token, iceServers: [] };
  const response = await post(config.start, { body: {}, enableDefaultIceServers: true }, token);
  const answer = await response.json();
  const id = answer.sessionId ? encodeURIComponent(answer.sessionId) : null;
  return {
    ws: ownPath(answer.wsUrl) ?? ws,
    offer: offer && (id ? `/sessions/${id}/api/offer` : offer),
    token: answer.token ?? token,
    iceServers: answer.iceConfig?.iceServers ?? [],
  };
}

/** Return the path of an address at the page's own server; null for any other. */
function ownPath(address) {
  try {
    const { host, pathname, search } = new URL(address);
    return host === location.host ? pathname + search : null;
  } catch {
    return null;
  }
}

/** Send JSON; fails with a sentence for people, that of the server where it has one. */
export async function post(path, body, token, { method = "POST" } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const url = new URL(path, document.baseURI);
  let response;
  try {
    response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  } catch {
    throw new Error("The server cannot be reached.");
  }
  if (response.ok) return response;
  throw new Error(await refusal(response));
}

async function refusal(response) {
  const usual = {
    401: "The server does not let this page in any more. Load it again.",
    403: "The server does not let this page in. Load it again.",
    404: "The server does not have what this page asks for.",
    429: "There were too many calls from here. Wait a little.",
    503: "The server is busy. Try again in a moment.",
  };
  let said = "";
  try {
    const body = await response.json();
    said = typeof body.error === "string" ? body.error : "";
  } catch {
    // not every refusal is JSON
  }
  return usual[response.status] ?? (said || `The server answered with status ${response.status}.`);
}
