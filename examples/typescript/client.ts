/** Reads a record of facts and writes a draft; every type comes from the OpenAPI description. */

import createClient from "openapi-fetch";

import type { components, paths } from "./facts.js";

type Claim = components["schemas"]["Claim"];
type ClaimQuery = NonNullable<paths["/v1/claims"]["get"]["parameters"]["query"]>;
type Problem = components["schemas"]["Problem"];

const { FACTS_URL = "http://127.0.0.1:8000", FACTS_KEY = "" } = process.env;

const facts = createClient<paths>({
  baseUrl: FACTS_URL,
  // A comma separates the values of one parameter.
  querySerializer: { array: { style: "form", explode: false } },
});
const curator = { headers: { Authorization: `Bearer ${FACTS_KEY}` } };

/** What was answered; a problem is thrown. */
function required<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) throw new Error(answer.error?.detail ?? "no answer");
  return answer.data;
}

/** Every claim that a filter of two values selects, page after page. */
async function* positionsAndDemands(): AsyncGenerator<Claim> {
  const query: ClaimQuery = { kind: ["position", "demand"], limit: 10 };
  for (;;) {
    const { data, page } = required(await facts.GET("/v1/claims", { params: { query } }));
    yield* data;
    if (page.next === null) return;
    query.after = page.next;
  }
}

/** One record, with another beside it. */
async function speaker(id: string): Promise<string> {
  const answer = await facts.GET("/v1/claims/{id}", {
    params: { path: { id }, query: { include: ["attribution.party"] } },
  });
  const { claimant, included } = required(answer);
  const found = claimant === null ? undefined : included?.[claimant.id];
  // The `type` says which of the six records it is, to the compiler too.
  return found?.type === "party" ? found.name : "nobody";
}

/** Who holds what on each question, and where that stands. */
async function stances(id: string): Promise<string[][]> {
  const { questions } = required(await facts.GET("/v1/dossiers/{id}/positions", { params: { path: { id } } }));
  return questions.flatMap((question) =>
    question.positions.flatMap((side) =>
      side.claims.map((claim) => [claim.stance, claim.citations[0]?.source.id ?? "nowhere"]),
    ),
  );
}

/** A draft, made and patched; its name and its state. */
async function draft(id: string): Promise<string[]> {
  const created = await facts.POST("/v1/parties", {
    ...curator,
    params: { header: { "Idempotency-Key": `make-${id}` } },
    body: { id, name: "Example", kind: "group", names: [{ text: "Beispiel", language: "de" }] },
  });
  const first = required(created);
  const patched = await facts.PATCH("/v1/parties/{id}", {
    ...curator,
    params: { path: { id }, header: { "If-Match": created.response.headers.get("ETag") ?? "" } },
    body: { description: "Made by an example.", identifiers: { wikidata: "Q42" } },
  });
  const second = required(patched);
  return [first.name, second.description ?? "", second.identifiers?.wikidata ?? "", second.meta.status];
}

/** What is wrong with a record, member by member. */
async function faults(): Promise<string[]> {
  const { error } = await facts.POST("/v1/claims", {
    ...curator,
    body: { id: "faulty", proposition: "P.", kind: "statement", citations: [{ source: "nobody-at-all" }] },
  });
  return (error?.errors ?? []).map((fault) => `${fault.pointer ?? ""}: ${fault.detail}`);
}

const claims: Claim[] = [];
for await (const claim of positionsAndDemands()) claims.push(claim);
const first = claims[0];

console.log(
  JSON.stringify({
    claims: claims.map((claim) => claim.id),
    kinds: [...new Set(claims.map((claim) => claim.kind))].sort(),
    speaker: first === undefined ? null : await speaker(first.id),
    stances: await stances("japan-russia-peace-treaty"),
    draft: await draft("example-party"),
    faults: await faults(),
  }),
);
