// What pages do beyond what they are without scripts: each part is added where the page has something for it.

/** Keep what a reader opened or closed while the page is shown again in print: all of it is printed. */
addEventListener("beforeprint", () => {
  for (const closed of document.querySelectorAll("details:not([open])")) {
    closed.dataset.closed = "";
    closed.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const closed of document.querySelectorAll("details[data-closed]")) {
    delete closed.dataset.closed;
    closed.open = false;
  }
});

/** What a link on the page leads to is opened. */
const open = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener("hashchange", open);
open();

/** Names that begin with what is typed into the search box. */
const box = document.querySelector("#q");
let latest = 0;
box?.addEventListener("input", async () => {
  const asked = ++latest;
  const text = box.value.trim();
  // Whoever types on asks again.
  await new Promise((done) => setTimeout(done, 150));
  if (text.length < 2 || asked !== latest) return;
  const answer = await fetch(`/v1/suggest?limit=8&type=party,place,dossier,date&q=${encodeURIComponent(text)}`);
  const { data } = answer.ok ? await answer.json() : { data: [] };
  if (asked !== latest) return;
  const options = data.map(({ matched }) => Object.assign(document.createElement("option"), { value: matched }));
  document.querySelector("#near").replaceChildren(...options);
});

/** A button that copies the text of the citation that it stands beside. */
for (const text of document.querySelectorAll("pre[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = text.dataset.copied;
  });
  text.after(button);
}

/** A text that a reader pastes is compared with what the record, or one claim, cites of its source. */
const offered = document.querySelector("template.compare");
if (offered) {
  const { sources, claim, citations, unanswered, statuses, ...said } = JSON.parse(offered.dataset.words);
  offered.replaceWith(offered.content);
  const part = document.querySelector("div.compare");
  const text = part.querySelector("textarea");
  const results = part.querySelector("ol");
  const told = part.querySelector("[role=status]");

  /** The link that the page has already, with its words; else one with the id. */
  const link = ({ href, id }) => {
    const page = href.replace("/v1", "");
    const known = document.querySelector(`main a[href="${page}"], main a[href^="${page}?"]`);
    return known?.cloneNode(true) ?? Object.assign(document.createElement("a"), { href: page, textContent: id });
  };
  /** A citation of the claim that the page shows, by its number there. */
  const numbered = ({ pointer }) => {
    const [, list, index] = pointer.match(/^(.*\/)(\d+)$/);
    const { at, called } = citations[list];
    const number = Number(index) + 1;
    return Object.assign(document.createElement("a"), {
      href: `#${at}-${number}`, textContent: called.replace("%s", number),
    });
  };
  const shown = (citation) => {
    const item = document.createElement("li");
    item.append((claim ? numbered : link)(citation), Object.assign(document.createElement("p"), {
      className: "small", textContent: statuses[citation.status] ?? citation.status,
    }));
    return item;
  };
  part.querySelector("button").addEventListener("click", async () => {
    if (!text.value.trim()) return text.focus();
    const source = part.querySelector("select")?.value ?? sources[0].id;
    const body = JSON.stringify({ text: text.value, source });
    const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    const answer = await fetch("/v1/locate", asked).catch(() => null);
    const { data: all } = answer?.ok ? await answer.json() : { data: [] };
    const data = claim ? all.filter(({ type, id }) => type === "claim" && id === claim) : all;
    results.replaceChildren(...data.map(shown));
    told.textContent = answer?.ok ? (data.length ? said.compared : said.uncited) : unanswered;
  });
}
