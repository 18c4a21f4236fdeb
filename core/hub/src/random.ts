import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import type { HubClock } from "./clock.js";

/** Source of randomness; seeded in tests. */
export interface Random {
  /** Bytes fit for secrets. */
  bytes(count: number): Uint8Array;
  /** In [0, 1). */
  float(): number;
}

/** The system's cryptographic source. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  float: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};

/** Makes ULIDs from the injected clock and random source. */
export function ulids(clock: HubClock, random: Random): () => string {
  return () => ulid(clock.now(), () => random.float());
}

const CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** A code that a person can read aloud and type: upper-case letters and digits without look-alikes. */
export function readableCode(random: Random, length: number): string {
  return Array.from({ length }, () => CODE_ALPHABET[Math.floor(random.float() * CODE_ALPHABET.length)]).join("");
}

/** A secret as URL-safe text. */
export const secretText = (random: Random, bytes = 32): string =>
  Buffer.from(random.bytes(bytes)).toString("base64url");
