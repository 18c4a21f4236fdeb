import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import type { Random } from "../random.js";

/** Cost of a password hash; stored with each hash, so that it can rise. */
export interface ScryptCost {
  /** CPU and memory cost, a power of two. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP Password Storage Cheat Sheet: N 2^16, r 8, p 2 is one of its equal choices; 64 MiB for a moment suits a Raspberry Pi. */
export const SCRYPT_COST: ScryptCost = { n: 2 ** 16, r: 8, p: 2 };

const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Hashes at a time: each takes 64 MiB for a moment, and a small machine must not run out of memory because many sign in at once. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await deriveNow(password, salt, cost);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function deriveNow(password: string, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  const options: ScryptOptions = { N: cost.n, r: cost.r, p: cost.p, maxmem: 256 * cost.n * cost.r };
  // The same password may reach us composed or decomposed, depending on the keyboard (RFC 8265).
  const normal = password.normalize("NFC");
  return new Promise((resolve, reject) => {
    scrypt(normal, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

/** A password as it is stored: `scrypt$n$r$p$salt$key`. */
export async function hashPassword(password: string, random: Random, cost: ScryptCost = SCRYPT_COST): Promise<string> {
  const salt = random.bytes(SALT_BYTES);
  const key = await derive(password, salt, cost);
  return ["scrypt", cost.n, cost.r, cost.p, base64(salt), base64(key)].join("$");
}

/** What checking a password says. */
export interface PasswordCheck {
  readonly matches: boolean;
  /** The hash was made at another cost and should be made anew while the password is at hand. */
  readonly outdated: boolean;
}

/** Checks a password against what is stored. A text that is no hash matches nothing. */
export async function checkPassword(
  password: string,
  stored: string,
  cost: ScryptCost = SCRYPT_COST,
): Promise<PasswordCheck> {
  const [scheme, n, r, p, salt, key] = stored.split("$");
  if (scheme !== "scrypt" || salt === undefined || key === undefined) return { matches: false, outdated: false };
  const used: ScryptCost = { n: Number(n), r: Number(r), p: Number(p) };
  const expected = Buffer.from(key, "base64url");
  const derived = await derive(password, Buffer.from(salt, "base64url"), used);
  const matches = expected.length === derived.length && timingSafeEqual(expected, derived);
  return { matches, outdated: used.n !== cost.n || used.r !== cost.r || used.p !== cost.p };
}
