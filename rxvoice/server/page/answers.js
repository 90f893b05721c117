/** The table of how long each answer took. */

const MOST = 200;

export class Answers {
  constructor(document) {
    this.median = document.getElementById("median");
    this.about = document.getElementById("median-about");
    this.body = document.getElementById("answers");
    this.table = this.body.parentElement;
    this.version = -1;
  }

  show(turns) {
    if (turns === this.turns && turns.version === this.version) return;
    this.turns = turns;
    this.version = turns.version;
    const answered = turns.turns.filter(({ waited }) => waited !== null);
    this.median.textContent = told(turns.median);
    this.about.textContent = `median of ${answered.length} ${answered.length === 1 ? "turn" : "turns"}`;
    const served = turns.turns.some((turn) => turn.served !== null);
    this.table.classList.toggle("unserved", !served);
    const shown = turns.turns.filter(({ waited, served }) => waited !== null || served !== null);
    this.body.replaceChildren(...shown.slice(-MOST).reverse().map(row));
  }
}

function row({ number, typed, waited, served, parts }) {
  const made = document.createElement("tr");
  const head = cell("th", typed ? `${number} (typed)` : String(number));
  head.scope = "row";
  const measured = cell("td", told(served));
  for (const { name, value } of parts) {
    const part = document.createElement("small");
    part.textContent = `${name} ${told(value)}`;
    measured.append(part);
  }
  made.append(head, cell("td", told(waited)), measured);
  return made;
}

function cell(kind, text) {
  return Object.assign(document.createElement(kind), { textContent: text });
}

function told(seconds) {
  return typeof seconds === "number" ? `${Math.round(seconds * 1000)} ms` : "–";
}
