import { createCipheriv, createDecipheriv, createHash, type ScryptOptions, scrypt } from "node:crypto";
import { VatioError } from "@vatio/plugin-api";
import { SCRYPT_COST, type ScryptCost } from "../auth/password-hash.js";
import type { Random } from "../random.js";
import { SerialQueue } from "../store/serial-queue.js";
import type { SealedKey } from "./types.js";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PURPOSE = Buffer.from("vatio.backup-key");

/** Least length of a passphrase: who has the backup may try as often as the machine can. */
export const PASSPHRASE_CHARACTERS = 12;

/**
 * Tells whether two keys are the same without telling the key: the hash of 256 random bits cannot be turned round.
 */
export const keyCheck = (key: Uint8Array): string => createHash("sha256").update(PURPOSE).update(key).digest("hex");

function derive(passphrase: string, salt: Uint8Array, { n, r, p }: Pick<SealedKey, "n" | "r" | "p">): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/**
 * Seals the key of the secrets with a passphrase: scrypt (RFC 7914), then AES-256-GCM (NIST SP 800-38D).
 * @throws E_PASSPHRASE_WEAK
 */
export async function sealKey(
  key: Uint8Array,
  passphrase: string,
  random: Random,
  cost: ScryptCost = SCRYPT_COST,
): Promise<SealedKey> {
  if (passphrase.length < PASSPHRASE_CHARACTERS)
    throw new VatioError(
      "E_PASSPHRASE_WEAK",
      `A passphrase of backups has ${PASSPHRASE_CHARACTERS} characters or more: whoever has a backup may try as often as he likes.`,
    );
  const salt = random.bytes(SALT_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, await derive(passphrase, salt, cost), nonce).setAAD(PURPOSE);
  const sealed = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  return { kdf: "scrypt", ...cost, salt: base64(salt), nonce: base64(nonce), sealed: base64(sealed) };
}

/** Opens a sealed key. @throws E_PASSPHRASE_WRONG */
export async function openKey(sealed: SealedKey, passphrase: string): Promise<Uint8Array> {
  const bytes = Buffer.from(sealed.sealed, "base64");
  try {
    const secret = await derive(passphrase, Buffer.from(sealed.salt, "base64"), sealed);
    const decipher = createDecipheriv(CIPHER, secret, Buffer.from(sealed.nonce, "base64"), { authTagLength: TAG_BYTES })
      .setAAD(PURPOSE)
      .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]));
  } catch (cause) {
    throw new VatioError(
      "E_PASSPHRASE_WRONG",
      "The passphrase does not open the key in this backup. Try again, or restore without it and enter the secrets anew.",
      { cause },
    );
  }
}

/** Seals one key, without showing it. */
export interface KeySealer {
  /** Tells whether another key is the same. */
  readonly check: string;
  /** @throws E_PASSPHRASE_WEAK */
  seal(passphrase: string): Promise<SealedKey>;
}

/** Keeps a key for sealing it: whoever makes backups need not have it. */
export function createKeySealer(key: Uint8Array, random: Random, cost?: ScryptCost): KeySealer {
  // Each takes 64 MiB for a moment.
  const queue = new SerialQueue();
  return { check: keyCheck(key), seal: (passphrase) => queue.run(() => sealKey(key, passphrase, random, cost)) };
}
