import type { Gen } from "./gen.js";
import { anyText } from "./json-values.js";
import { mangled } from "./raw-bytes.js";

/** Bytes on the HTTP port: requests that a library would never write. */
export function httpBytes(gen: Gen): Uint8Array {
  return gen.either<Uint8Array>(
    [10, () => request(gen)],
    [6, () => mangled(gen, request(gen))],
    [2, () => gen.bytes(200)],
    [1, () => latin1(gen.pick(GREETINGS))],
    [1, () => Buffer.concat([request(gen), request(gen)])],
  );
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

const GREETINGS = [
  "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "\x10\x0c\x00\x04MQTT\x04\x02\x00<\x00\x00",
  "\r\n\r\n\r\n",
  "\n",
  "GET\n\n",
  "GET /\r\n",
  "GET / HTTP/1.1\r\n\r\n",
];

function request(gen: Gen): Buffer {
  const eol = gen.percent(95) ? "\r\n" : gen.pick(["\n", "\r", "\r\n\r\n"]);
  const line = `${gen.percent(70) ? "GET" : gen.pick(METHODS)}${gen.percent(97) ? " " : "\t"}${target(gen)} ${gen.percent(90) ? "HTTP/1.1" : gen.pick(VERSIONS)}`;
  const { headers, body } = framing(gen);
  const host = gen.percent(92) ? ["host: localhost"] : gen.pick(HOSTS);
  const odd = gen.percent(30)
    ? gen.list(3, () => (gen.percent(70) ? gen.pick(HEADERS) : `${headerName(gen)}: ${anyText(gen)}`))
    : [];
  return latin1([line, ...host, ...headers, ...odd, "", body].join(eol));
}

const METHODS = [
  "GET",
  "GET",
  "POST",
  "PUT",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "get",
  "FOO",
  "",
  "M-SEARCH",
  "PRI",
];

const VERSIONS = ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/9", "http/1.1", "HTTP/1.1 x", ""];

const HOSTS: readonly (readonly string[])[] = [
  [],
  ["host:"],
  ["host: a", "host: b"],
  ["host: user@localhost"],
  ["host: [::1"],
  ["host: localhost:99999"],
  ["host: local host"],
  ["host: \u00e9\u00ff"],
  ["host: 127.0.0.1/x"],
];

const TARGETS = [
  "/",
  "/api/v1/sites",
  "/api/v1/session",
  "/api/v1/live",
  "/healthz",
  "/api/plugins/shelly/",
  "//evil.example/x",
  "http://evil.example/api/v1/sites",
  "http://",
  "https:///x",
  "*",
  "evil.example:443",
  "\\..\\..",
  "/%00",
  "/%",
  "/\u00ff\u00fe",
  "/../../etc/passwd",
  `/${"a".repeat(20_000)}`,
  "?x",
  "#x",
  "",
];

const target = (gen: Gen): string =>
  gen.either([4, () => gen.pick(TARGETS.slice(0, 8))], [3, () => gen.pick(TARGETS)], [3, () => `/${anyText(gen)}`]);

/** How the body is announced, and what comes: they need not agree. */
function framing(gen: Gen): { readonly headers: readonly string[]; readonly body: string } {
  return gen.pick(FRAMINGS);
}

const FRAMINGS: readonly { readonly headers: readonly string[]; readonly body: string }[] = [
  { headers: [], body: "" },
  { headers: [], body: "" },
  { headers: ["content-type: application/json", "content-length: 2"], body: "{}" },
  { headers: ["content-length: 5"], body: "abcdefghij" },
  { headers: ["content-length: 50"], body: "short" },
  { headers: ["content-length: 2", "content-length: 3"], body: "ab" },
  { headers: ["content-length: -1"], body: "" },
  { headers: ["content-length: 0x10"], body: "" },
  { headers: ["content-length: 99999999999999999999999"], body: "" },
  { headers: ["transfer-encoding: chunked"], body: "5\r\nhello\r\n0\r\n\r\n" },
  { headers: ["transfer-encoding: chunked"], body: "ffffffffffffffffffff\r\nx" },
  { headers: ["transfer-encoding: chunked"], body: "zz\r\nx\r\n" },
  { headers: ["transfer-encoding: chunked"], body: '5;ext="\u00ff"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n' },
  { headers: ["transfer-encoding: chunked", "content-length: 3"], body: "0\r\n\r\nGET /x HTTP/1.1\r\n\r\n" },
  { headers: ["transfer-encoding: xchunked"], body: "0\r\n\r\n" },
  { headers: ["transfer-encoding: gzip, chunked"], body: "0\r\n\r\n" },
  { headers: ["expect: 100-continue", "content-length: 2"], body: "{}" },
  { headers: ["expect: something-else"], body: "" },
  { headers: ["connection: upgrade", "upgrade: h2c"], body: "" },
  { headers: ["connection: upgrade", "upgrade: websocket"], body: "" },
  {
    headers: ["connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13", "sec-websocket-key: bad"],
    body: "",
  },
  {
    headers: [
      "connection: upgrade",
      "upgrade: WebSocket",
      "sec-websocket-version: 99",
      "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
    ],
    body: "\x81\x80",
  },
];

const HEADERS = [
  "accept: */*",
  " folded: x",
  "no-colon",
  ": no name",
  "a b: c",
  "x:\0",
  "connection: close, keep-alive, upgrade",
  "cookie: vatio_session=\u00ff\u00fe; =; ;;;",
  "authorization: Bearer",
  "authorization: Bearer \u00ff",
  `x-long: ${"y".repeat(17_000)}`,
  Array.from({ length: 150 }, (_, i) => `x-${i}: 1`).join("\r\n"),
  "te: trailers, deflate;q=9",
  "range: bytes=-1",
];

const headerName = (gen: Gen): string => (gen.percent(70) ? `x-${gen.below(100)}` : anyText(gen));
