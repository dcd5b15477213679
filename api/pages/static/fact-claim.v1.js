// <fact-claim id="…" src="https://record.example" revision="1"><blockquote>…</blockquote></fact-claim>
// A claim of a record of facts on any page: who says it, how it stands, and what became of the revision that
// was embedded. Without this script, or where the record cannot be reached, the page shows what is inside.

const WORDS = {
  en: {
    corrected: "Corrected since it was embedded.", retracted: "Withdrawn.", merged: "Now told as another claim.",
    contested: "Published claims say otherwise.", superseded: "Another claim has taken its place.",
    unsupported: "No origin is left.", "single-origin": "Reported by one voice.",
    "several-origins": "Reported by several voices, which does not make it so.",
    was: "Embedded as:", more: "Where it comes from", legal: "Taken out because the law required it.",
  },
  ja: {
    corrected: "埋め込まれた後に訂正されました。", retracted: "取り下げられました。", merged: "別の主張に統合されました。",
    contested: "これと食い違う主張が公表されています。", superseded: "別の主張に置き換えられました。",
    unsupported: "出どころが残っていません。", "single-origin": "一つの情報源だけが伝えています。",
    "several-origins": "複数の情報源が伝えていますが、それだけで事実とは言えません。",
    was: "埋め込まれた時の文：", more: "出どころ", legal: "法律上の理由で削除されました。",
  },
  ru: {
    corrected: "Исправлено после встраивания.", retracted: "Отозвано.", merged: "Теперь это часть другого утверждения.",
    contested: "Опубликованные утверждения говорят иное.", superseded: "Его место заняло другое утверждение.",
    unsupported: "Источников не осталось.", "single-origin": "Сообщает один источник.",
    "several-origins": "Сообщают несколько источников, но это ещё не делает его верным.",
    was: "Было встроено:", more: "Откуда это известно", legal: "Удалено по требованию закона.",
  },
};
const WARNED = ["unsupported", "contested", "superseded"];
const STYLE = `
:host { display: block; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-left: 4px solid; padding: .8rem 1rem; overflow-wrap: anywhere; }
:host([hidden]) { display: none; }
p, blockquote { margin: .4rem 0; }
blockquote { font-size: 1.1em; }
.small { font-size: .86em; opacity: .85; }
.warning { border: 1px solid; padding: .4rem .6rem; font-weight: 600; }
.note { font-weight: 400; }
a { color: inherit; }
`;

const element = (name, text, of) => Object.assign(document.createElement(name), { textContent: text, className: of ?? "" });

class FactClaim extends HTMLElement {
  static observedAttributes = ["id", "src", "revision"];
  #root = this.attachShadow({ mode: "open" });
  #latest = 0;

  constructor() {
    super();
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [style];
    this.#root.append(document.createElement("slot"));
  }

  connectedCallback() { this.#show(); }
  attributeChangedCallback() { if (this.isConnected) this.#show(); }

  /** Ask the record, and show what it says; what is inside stays where it does not answer. */
  async #show() {
    const asked = ++this.#latest;
    await null; // All attributes first.
    const [id, base] = [this.id, this.getAttribute("src")];
    if (!id || !base || asked !== this.#latest) return;
    try {
      const parts = await this.#parts(base.replace(/\/+$/, ""), encodeURIComponent(id));
      if (asked === this.#latest) this.#root.replaceChildren(...parts);
    } catch {
      // Not reached: the sentence inside is still true to its day.
    }
  }

  async #parts(base, id) {
    const words = this.#words();
    const revision = Number(this.getAttribute("revision")) || null;
    const [claim, checked] = await Promise.all([read(`${base}/v1/claims/${id}`), revision ? check(base, this.id, revision) : null]);
    const link = element("a", words.more);
    link.href = `${base}/claims/${id}`;
    const more = element("p", "", "small");
    more.append(link);
    if (claim.status === 410 || claim.status === 451) {
      const why = claim.document.tombstone?.reason?.note ?? "";
      return [this.#warning(claim.status === 410 ? words.retracted : words.legal, why), document.createElement("slot"), more];
    }
    if (claim.status !== 200) throw new Error(`answered ${claim.status}`);
    const told = claim.document;
    const parts = [];
    const answer = checked?.answer;
    if (answer === "corrected" || answer === "merged") parts.push(this.#warning(words[answer], ""));
    for (const standing of told.standing) {
      if (WARNED.includes(standing)) parts.push(this.#warning(words[standing], ""));
    }
    const said = element("blockquote", told.proposition);
    said.dir = "auto";
    parts.push(said);
    const was = answer === "corrected" ? await then(base, id, revision) : null;
    if (was && was !== told.proposition) parts.push(element("p", `${words.was} ${was}`, "small"));
    const who = [told.claimant?.name, told.said?.display].filter(Boolean).join(", ");
    if (who) parts.push(element("p", who, "small"));
    for (const standing of told.standing) {
      if (!WARNED.includes(standing) && words[standing]) parts.push(element("p", words[standing], "small"));
    }
    return [...parts, more];
  }

  #warning(text, note) {
    const warning = element("p", text, "warning");
    warning.setAttribute("role", "note");
    if (note) warning.append(" ", element("span", note, "note"));
    return warning;
  }

  #words() {
    const language = (this.closest("[lang]")?.lang || navigator.language || "en").slice(0, 2).toLowerCase();
    return WORDS[language] ?? WORDS.en;
  }
}

/** A document of the record, or the problem that is answered instead. */
async function read(address, more = {}) {
  const answer = await fetch(address, { credentials: "omit", headers: { Accept: "application/json" }, ...more });
  return { status: answer.status, document: await answer.json() };
}

/** What became of a revision. */
async function check(base, id, revision) {
  const headers = { "Content-Type": "application/json" };
  const { document } = await read(`${base}/v1/check`, { method: "POST", headers, body: JSON.stringify([{ id, revision }]) });
  return document.data?.[0];
}

/** The proposition as it was embedded. */
async function then(base, id, revision) {
  const { status, document } = await read(`${base}/v1/claims/${id}/revisions/${revision}`);
  return status === 200 ? document.document?.proposition : null;
}

customElements.define("fact-claim", FactClaim);
