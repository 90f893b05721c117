/**
 * How long the user waits, turn by turn.
 *
 * `turns` are `{number, at, typed, waited, served, parts}`: when the user was known to have
 * finished, in seconds; how long after that this page gave the first sound of the answer to the
 * sound device, or was told that the bot speaks; and what the server measured: from the end of the
 * speech itself, with its parts. What is not known, or did not happen, is null.
 */

export class Turns {
  constructor() {
    this.turns = [];
    this.version = 0;
    this.open = null; // the turn that nothing was heard of yet
  }

  /** Take a message of the server; `playing` is whether the page plays audio now. */
  take(type, data, at, playing) {
    switch (type) {
      case "user-stopped-speaking":
        this.began(at, false);
        break;
      case "user-started-speaking":
        this.open = null;
        break;
      case "bot-started-speaking":
        if (playing) this.sounded(at);
        break;
      case "metrics":
        if (data?.response_latency) this.#measured(data.response_latency);
        break;
    }
  }

  /** The user has finished, by voice or by keyboard. */
  began(at, typed) {
    const number = this.turns.length + 1;
    this.open = { number, at, typed, waited: null, served: null, parts: [] };
    this.turns.push(this.open);
    this.version++;
  }

  /** The bot begins to be heard. */
  sounded(at) {
    if (!this.open) return;
    this.open.waited = at - this.open.at;
    this.open = null;
    this.version++;
  }

  /** The middle of all waits in seconds; null for none. */
  get median() {
    const waits = this.turns.map(({ waited }) => waited).filter((waited) => waited !== null);
    if (!waits.length) return null;
    waits.sort((one, other) => one - other);
    const middle = waits.length >> 1;
    return waits.length % 2 ? waits[middle] : (waits[middle - 1] + waits[middle]) / 2;
  }

  #measured([whole, ...parts]) {
    const turn = this.turns.at(-1);
    if (!turn || turn.served !== null || typeof whole?.value !== "number") return;
    turn.served = whole.value;
    turn.parts = parts.map(({ processor, value }) => ({ name: processor, value }));
    this.version++;
  }
}
