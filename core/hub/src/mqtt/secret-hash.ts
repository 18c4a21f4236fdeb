import { createHmac, timingSafeEqual } from "node:crypto";
import type { Random } from "../random.js";

const SCHEME = "hmac-sha256";
const SALT_BYTES = 16;

const digest = (salt: Buffer, secret: string): Buffer => createHmac("sha256", salt).update(secret, "utf8").digest();

/**
 * Hash of a secret that the hub made itself, as `hmac-sha256$<salt>$<digest>`.
 *
 * Only for secrets of 128 random bits or more. A slow hash such as scrypt protects passwords that people choose, which can be guessed; a
 * random secret cannot, whatever the hash costs, while 500 devices that reconnect after a power cut must not wait for half a minute of
 * key derivation.
 */
export function hashSecret(random: Random, secret: string): string {
  const salt = Buffer.from(random.bytes(SALT_BYTES));
  return [SCHEME, salt.toString("base64url"), digest(salt, secret).toString("base64url")].join("$");
}

/** Whether a secret has this hash; takes the same time wherever the two differ. A hash of another form matches nothing. */
export function secretMatches(hash: string, secret: string): boolean {
  const [scheme, salt, expected] = hash.split("$");
  if (scheme !== SCHEME || salt === undefined || expected === undefined) return false;
  const given = digest(Buffer.from(salt, "base64url"), secret);
  const wanted = Buffer.from(expected, "base64url");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
