import { chmod, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { VatioError } from "@vatio/plugin-api";
import { type Random, secretText } from "../random.js";

const KEY_BYTES = 32;

/** Where the key of the secret store comes from. */
export interface SecretKeyOptions {
  /** The data folder; `:memory:` keeps no key. */
  readonly data: string;
  /** `VATIO_SECRET_KEY` wins over the file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random: Random;
}

/** Reads a key as text. @throws E_SECRET_KEY_INVALID */
export function parseSecretKey(text: string, origin: string): Uint8Array {
  const trimmed = text.trim();
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, "hex") : Buffer.from(trimmed, "base64");
  if (bytes.length === KEY_BYTES) return new Uint8Array(bytes);
  throw new VatioError(
    "E_SECRET_KEY_INVALID",
    `${origin} holds no key: expected ${KEY_BYTES} bytes as 64 hexadecimal digits or as base64. Restore it from a backup, or take it away and enter the secrets again.`,
  );
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  try {
    const key = parseSecretKey(await readFile(file, "utf8"), file);
    // A copied or restored file may have lost its rights.
    await chmod(file, 0o600);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (VatioError.is(error)) throw error;
    throw new VatioError(
      "E_SECRET_KEY_UNREADABLE",
      `${file} cannot be read: ${String(error)}. Give the hub's user the right to read it.`,
      { cause: error },
    );
  }
}

async function writeKey(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * The 256-bit key of the secret store: from `VATIO_SECRET_KEY`, else from `<data>/secret.key`, which is made at the first start.
 * @throws E_SECRET_KEY_INVALID, E_SECRET_KEY_UNREADABLE
 */
export async function loadSecretKey({ data, env, random }: SecretKeyOptions): Promise<Uint8Array> {
  const given = env.VATIO_SECRET_KEY?.trim();
  if (given) return parseSecretKey(given, "The variable VATIO_SECRET_KEY");
  if (data === ":memory:") return random.bytes(KEY_BYTES);
  const file = join(data, "secret.key");
  const known = await readKey(file);
  if (known) return known;
  const text = secretText(random, KEY_BYTES);
  await writeKey(file, text);
  return parseSecretKey(Buffer.from(text, "base64url").toString("base64"), file);
}
