/** Writes drafts with everything that a record can say of places, figures and judgements, and reads it back. */

import createClient, { type ClientOptions } from "openapi-fetch";

import type { components, paths } from "./facts.js";

type Geometry = components["schemas"]["Geometry"];
type GeoPosition = components["schemas"]["GeoPosition"];
type Problem = components["schemas"]["Problem"];

const { FACTS_URL = "http://127.0.0.1:8000", FACTS_KEY = "" } = process.env;
const Authorization = `Bearer ${FACTS_KEY}`;
const options: ClientOptions = {
  baseUrl: FACTS_URL,
  headers: { Authorization },
  querySerializer: { array: { style: "form", explode: false } },
};

// Places are served in two forms: the second type argument says which of them a client reads, beside problems.
const facts = createClient<paths, "application/json" | "application/problem+json">(options);
const maps = createClient<paths, "application/geo+json" | "application/problem+json">({
  ...options,
  headers: { Authorization, Accept: "application/geo+json" },
});

/** What was answered; a problem is thrown. */
function required<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error?.errors ?? answer.error));
  return answer.data;
}

/** Every position of a geometry: its `type` says how deep they lie, to the compiler too. */
function positions(geometry: Geometry): GeoPosition[] {
  switch (geometry.type) {
    case "Point":
      return [geometry.coordinates];
    case "LineString":
      return geometry.coordinates;
    case "Polygon":
      return geometry.coordinates.flat();
    case "MultiPolygon":
      return geometry.coordinates.flat(2);
  }
}

const place = required(
  await facts.POST("/v1/places", {
    body: {
      id: "example-bay",
      name: "Example Bay",
      kind: "sea",
      geometry: { type: "Polygon", coordinates: [[[145, 43], [147, 43], [147, 45], [145, 43]]] },
      precision: { kind: "sketched", metres: 5000 },
      claimed_by: ["japan"],
      attributes: [
        { member: "claimed_by", value: "japan", held: "1945/..", citations: [{ source: "urdupoint-2019-07-21" }] },
      ],
      image: { url: "https://example.org/bay.jpg", credit: "Example", alt: "A bay." },
      translations: [{ member: "name", language: "de", text: "Beispielbucht", kind: "own" }],
    },
  }),
);
const source = required(
  await facts.POST("/v1/sources", {
    body: {
      id: "example-report",
      title: "Report",
      kind: "news-report",
      held: true,
      publisher: "nhk",
      co_publishers: ["tass"],
      signatories: ["japan"],
    },
  }),
);
const party = required(
  await facts.POST("/v1/parties", {
    body: {
      id: "example-company",
      name: "Example Company",
      kind: "company",
      website: "https://example.org/",
      same_as: ["https://example.com/example-company"],
      identifiers: { wikidata: "Q42", lei: "549300MLUDYVRQOOXS22", isni: "0000000078777443", viaf: "54057111", gnd: "133061825" },
    },
  }),
);
const between = required(
  await facts.POST("/v1/dates", {
    body: {
      id: "example-closing",
      title: "The companies merge",
      kind: "merger-closing",
      after: "osaka-meeting-2019",
      before: "upper-house-election-2019",
      citations: [{ source: source.id }],
      participants: [{ party: party.id, role: "buyer" }],
      quantities: [{ of: "price", low: "10", high: "20", unit: "EUR", approximate: true }],
    },
  }),
);
const claim = required(
  await facts.POST("/v1/claims", {
    body: {
      id: "example-figure",
      proposition: "48.80 percent voted.",
      language: "en",
      kind: "statistic",
      valid: "2019-07-21",
      about: { dates: ["upper-house-election-2019"] },
      citations: [{ source: source.id }],
      quantities: [{ of: "turnout", value: "48.80", unit: "%" }],
      assessment: { status: "supported", note: "The report says so.", assessed: "2019-08-01", by: "nhk", citations: [{ source: source.id }] },
      reviews: [{ by: "tass", rating: { label: "True", value: 5, best: 5, worst: 1 }, when: "2019-08", status: "supported" }],
      translations: [
        { member: "proposition", language: "ja", text: "投票率は48.80%だった。", by: "nhk", kind: "official" },
      ],
    },
  }),
);
const translated = required(
  await facts.GET("/v1/claims/{id}", { params: { path: { id: claim.id }, query: { translation: "ja" } } }),
);
const { quantities } = required(
  await facts.GET("/v1/claims/{id}/quantities", { params: { path: { id: "turnout-48-79" } } }),
);
const found = required(
  await facts.GET("/v1/claims", {
    params: { query: { unit: "%", quantity_of: "turnout", quantity_min: "48.795", quantity_max: "48.805" } },
  }),
);
const around = { bbox: [145, 43, 147, 45.5], limit: 200 };
const listed = required(await facts.GET("/v1/places", { params: { query: around } }));
const { features } = required(await maps.GET("/v1/places", { params: { query: around } }));
const [attribute] = place.attributes;
const [figure] = claim.quantities;
const [review] = claim.reviews;
const [price] = between.quantities;

console.log(
  JSON.stringify({
    positions: place.geometry === null ? 0 : positions(place.geometry).length,
    precision: [place.precision?.kind ?? "", place.precision?.metres ?? 0],
    attribute: [attribute?.member ?? "", attribute?.value.id ?? "", attribute?.held?.edtf ?? ""],
    image: [place.image?.credit ?? "", place.image?.licence ?? "unknown"],
    named: place.translations.map((one) => `${one.member} ${one.language} ${one.kind}`),
    publishers: [source.publisher, ...source.co_publishers, ...source.signatories].map((party) => party?.name ?? ""),
    identifiers: [party.identifiers?.wikidata ?? "", party.identifiers?.lei ?? "", party.identifiers?.viaf ?? ""],
    elsewhere: [party.website ?? "", ...party.same_as],
    between: [between.when?.edtf ?? "", between.when?.computed ?? false, between.after?.id ?? "", between.before?.id ?? ""],
    price: [price?.low ?? "", price?.high ?? "", price?.approximate ?? false],
    assessed: [claim.assessment?.by?.id ?? "", claim.assessment?.assessed ?? "", claim.language ?? ""],
    found: found.data.map((one) => one.id),
    figure: [figure?.value ?? "", figure?.unit ?? "", figure?.low ?? "no bound"],
    review: [review?.by.name ?? "", review?.rating?.value ?? 0, review?.status ?? ""],
    translated: [translated.proposition, translated.translation?.by?.id ?? "", translated.translation?.original ?? ""],
    compared: quantities.flatMap((one) => one.compared.map((other) => [other.result, other.valid?.edtf ?? ""])),
    listed: listed.data.map((one) => one.id),
    features: features.map((one) => [one.id, one.geometry?.type ?? "nowhere", one.properties.name]),
  }),
);
