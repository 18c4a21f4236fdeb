import { createHash } from "node:crypto";

/** What a device asks for in `WWW-Authenticate` (RFC 7616). */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
}

/** A request that is to be signed. */
export interface DigestRequest {
  readonly method: string;
  /** Path with query, as it is sent. */
  readonly uri: string;
  readonly password: string;
  /** Counts the requests with this nonce, from 1. */
  readonly count: number;
}

/** The only user that a Shelly of Gen2 or later knows. */
const USER = "admin";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The challenge of a header; undefined when it is none that a Shelly makes. The nonce is opaque: a number or base64. */
export function parseChallenge(header: string | null): DigestChallenge | undefined {
  if (header === null || header.length > 2_000 || !/^\s*digest\s/i.test(header)) return undefined;
  const fields = new Map<string, string>();
  for (const [, name = "", quoted, plain] of header.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi))
    fields.set(name.toLowerCase(), quoted ?? plain ?? "");
  const [realm, nonce, opaque] = [fields.get("realm"), fields.get("nonce"), fields.get("opaque")];
  if (!realm || !nonce || fields.get("algorithm")?.toUpperCase() !== "SHA-256") return undefined;
  return { realm, nonce, ...(opaque === undefined ? {} : { opaque }) };
}

/**
 * The header `Authorization` that answers a challenge (RFC 7616 section 3.4, `qop=auth`, SHA-256). The client's nonce follows from what only
 * the hub knows, so it cannot be foreseen.
 */
export function digestHeader(challenge: DigestChallenge, { method, uri, password, count }: DigestRequest): string {
  const { realm, nonce, opaque } = challenge;
  const nc = count.toString(16).padStart(8, "0");
  const cnonce = sha256(`${password}:${nonce}:${nc}:${uri}`).slice(0, 16);
  const ha1 = sha256(`${USER}:${realm}:${password}`);
  const ha2 = sha256(`${method}:${uri}`);
  const response = sha256(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`);
  const quoted = { username: USER, realm, nonce, uri, cnonce, response, ...(opaque === undefined ? {} : { opaque }) };
  const fields = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`);
  return `Digest ${fields.join(", ")}, qop=auth, nc=${nc}, algorithm=SHA-256`;
}

/** The header `Authorization` of a device of the first generation. */
export const basicHeader = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
