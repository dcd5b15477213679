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
