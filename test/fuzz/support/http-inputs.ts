import { BODY_LIMIT } from "../../../core/hub/src/http/input/parse-input.js";
import { fromSchema, type Words } from "./from-schema.js";
import type { Gen } from "./gen.js";
import type { HttpEntry } from "./http-entries.js";
import { anyNumber, anyText } from "./json-values.js";
import { wordsOf } from "./known-words.js";
import { anyBytes } from "./raw-bytes.js";
import type { KnownIds, Proofs } from "./world.js";

/** One request. */
export interface HttpInput {
  readonly method: string;
  /** Path with query; ASCII without blanks, as far as any client can write it into a request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Whose proofs it carries. */
  readonly by: string;
}

export interface HttpInputOptions {
  readonly entry: HttpEntry;
  readonly gen: Gen;
  readonly ids: KnownIds;
  readonly proofs: Proofs;
  /** Whether the caller may be somebody with rights. */
  readonly privileged: boolean;
}

/** A request to an entry point: near its real shape in most parts, and garbage in some. */
export function httpInput({ entry, gen, ids, proofs, privileged }: HttpInputOptions): HttpInput {
  const words = wordsOf(ids);
  const method = gen.percent(92) ? entry.method : gen.pick(METHODS);
  const { by, headers } = privileged ? privilegedCaller(gen, proofs) : stranger(gen, proofs);
  const hasBody = method !== "GET" && method !== "HEAD";
  return {
    method,
    target: `${pathOf(gen, entry, words)}${queryOf(gen, entry, words)}`,
    headers: { ...headers, ...(hasBody ? contentType(gen, entry) : {}), ...oddHeaders(gen) },
    body: hasBody ? bodyOf(gen, entry, words) : undefined,
    by,
  };
}

// CONNECT and TRACE reach no handler: Request refuses to be made with them. The suite on sockets sends them.
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "LOCK", "QUERY"];

type Caller = Pick<HttpInput, "by" | "headers">;

function privilegedCaller(gen: Gen, { session, tokens }: Proofs): Caller {
  return gen.either<Caller>(
    [16, () => ({ by: "person", headers: session })],
    [1, () => ({ by: "control", headers: bearer(tokens.control) })],
    [1, () => ({ by: "ingest", headers: bearer(tokens.ingest) })],
  );
}

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

/** Nobody, somebody who proves nothing, or somebody who may only look. */
function stranger(gen: Gen, { session, tokens }: Proofs): Caller {
  return gen.either<Caller>(
    [3, () => ({ by: "nobody", headers: {} })],
    [2, () => ({ by: "bogus token", headers: bearer(headerText(anyText(gen))) })],
    [1, () => ({ by: "bogus scheme", headers: { authorization: headerText(anyText(gen)) } })],
    [1, () => ({ by: "bogus cookie", headers: { cookie: `vatio_session=${headerText(anyText(gen))}` } })],
    [1, () => ({ by: "no csrf", headers: { cookie: session.cookie ?? "" } })],
    [1, () => ({ by: "bad csrf", headers: { ...session, "x-csrf-token": headerText(anyText(gen)) } })],
    [
      1,
      () => ({
        by: "other site",
        headers: { ...session, origin: "http://evil.example", "sec-fetch-site": "cross-site" },
      }),
    ],
    [1, () => ({ by: "metrics", headers: bearer(tokens.metrics) })],
    [1, () => ({ by: "read", headers: bearer(tokens.read) })],
  );
}

/** What may stand in a header: Latin-1 without control characters and blanks at its ends. */
const headerText = (text: string): string =>
  text
    .replace(/[^\x20-\x7e\x80-\xff]/g, "")
    .slice(0, 2_000)
    .trim();

const MEDIA = { json: "application/json", yaml: "application/yaml", stream: "application/octet-stream" } as const;

function contentType(gen: Gen, { route }: HttpEntry): Record<string, string> {
  if (gen.percent(85)) return { "content-type": MEDIA[route?.bodyType ?? "json"] };
  const type = gen.pick([
    "",
    "text/plain",
    "application/cbor",
    "application/yaml",
    "multipart/form-data",
    "json",
    "application/json; charset=utf-16",
  ]);
  return type === "" ? {} : { "content-type": type };
}

const ODD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { accept: "application/cbor" },
  { accept: "*/*;q=0" },
  { "accept-encoding": "br, gzip;q=0, \u00ff" },
  { "content-encoding": "gzip" },
  { "content-length": "99999999999999999999" },
  { "content-length": "-1" },
  { "x-forwarded-for": "::::, 999.1.1.1" },
  { "x-forwarded-proto": "https" },
  { "x-forwarded-host": "evil.example" },
  { forwarded: "for=unknown;;;" },
  { "if-none-match": 'W/"' },
  { range: "bytes=0-,-1,99999999999-" },
  { "x-request-id": "x".repeat(4_000) },
  { host: "[::1" },
];

const oddHeaders = (gen: Gen): Readonly<Record<string, string>> => (gen.percent(20) ? gen.pick(ODD_HEADERS) : {});

/** Path parameters in the place of their names: what is known, and what nobody would send. */
function pathOf(gen: Gen, entry: HttpEntry, words: Words): string {
  const filled = entry.path.replace(/:(\w+)(?:\{[^}]*\})?(\?)?|\*/g, (star, name: string | undefined) =>
    star === "*" ? restOf(gen) : segmentOf(gen, name ?? "", entry, words),
  );
  return gen.percent(97)
    ? filled
    : gen.pick([`${filled}/`, `/${filled}`, `${filled}//`, filled.toUpperCase(), `${filled};a=b`]);
}

function segmentOf(gen: Gen, name: string, entry: HttpEntry, words: Words): string {
  const { path } = entry;
  const known = words(`${path} ${name}`);
  if (known.length > 0 && gen.percent(isOrder(entry) ? 8 : 60)) return percentEncoded(String(gen.pick(known)));
  return gen.percent(70) ? percentEncoded(anyText(gen)) : rawPath(anyText(gen));
}

/** Whether naming a thing is all that it takes: restarting a plugin a thousand times tells no more than a hundred times. */
const isOrder = ({ method, route }: HttpEntry): boolean =>
  method !== "GET" && route !== undefined && route.body === undefined;

const FILES = [
  "",
  "index.html",
  "favicon.svg",
  "assets/app-1.js",
  "assets/../index.html",
  ".vite/manifest.json",
  "ingest",
  "link/abc",
  "devices/x",
];

const restOf = (gen: Gen): string =>
  gen.percent(50)
    ? gen.pick(FILES)
    : gen.list(4, () => (gen.percent(50) ? percentEncoded(anyText(gen)) : rawPath(anyText(gen)))).join("/");

/** Lone surrogates have no encoding. */
const percentEncoded = (text: string): string => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, "\ufffd"));

const rawPath = (text: string): string => text.replace(/[^\x21-\x7e]|[?#]/g, "");

function queryOf(gen: Gen, { route }: HttpEntry, words: Words): string {
  const properties = Object.entries(route?.query?.properties ?? {});
  if (properties.length === 0 && gen.percent(80)) return "";
  const required = new Set<string>((route?.query?.required as readonly string[] | undefined) ?? []);
  const pairs = properties
    .filter(([name]) => gen.percent(required.has(name) ? 95 : 50))
    .map(([name, schema]) => [name, queryValue(gen, schema, words, name)] as const);
  const odd = gen.percent(25)
    ? gen.list(3, () => [gen.pick(["target", "v", "from", anyText(gen)]), anyText(gen)] as const)
    : [];
  return `?${[...pairs, ...odd].map(([name, value]) => `${percentEncoded(name)}=${gen.percent(95) ? percentEncoded(value) : rawPath(value)}`).join("&")}`;
}

function queryValue(gen: Gen, schema: object, words: Words, name: string): string {
  return gen.either(
    [7, () => String(fromSchema(gen, schema, words, name))],
    [1, () => anyText(gen)],
    [1, () => String(anyNumber(gen))],
  );
}

/** Most bytes of a body that a plugin's app is handed. */
const PLUGIN_BODY_LIMIT = 262_144;

function bodyOf(gen: Gen, entry: HttpEntry, words: Words): Uint8Array | undefined {
  const { body, bodyLimit = BODY_LIMIT } = entry.route ?? {};
  if (body === undefined && entry.kind === "api") return gen.percent(80) ? undefined : gen.bytes(20);
  const limit = entry.kind === "plugin" ? PLUGIN_BODY_LIMIT : bodyLimit;
  const shape = (): unknown => (body ? fromSchema(gen, body, words) : gen.pick(STATUSES));
  return anyBytes(gen, { shape, limit });
}

/** What a Shelly posts: the whole state of one device. */
const STATUSES: readonly unknown[] = [
  {
    sys: { mac: "A8032412C3D4", unixtime: 1_795_000_000 },
    "switch:0": {
      id: 0,
      output: true,
      apower: 120.5,
      voltage: 127,
      current: 1,
      aenergy: { total: 1, by_minute: [0, 0, 0], minute_ts: 1 },
    },
  },
  {
    sys: { mac: "A8032412C3D5" },
    "em:0": { id: 0, a_act_power: 1, b_act_power: 2, c_act_power: -3 },
    "emdata:0": { a_total_act_energy: 1 },
  },
  { sys: { mac: "a8:03:24:12:c3:d6" }, "pm1:0": { apower: 1e308, voltage: -0 }, "temperature:100": { tC: 20 } },
];
