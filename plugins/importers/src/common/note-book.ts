import type { TextParams } from "@vatio/model";
import { type ImportNote, text } from "@vatio/plugin-api";
import { MAX_NAME_CHARS } from "./limits.js";

/** Where something was found, and how much of it. */
export interface NoteOptions {
  readonly line?: number | undefined;
  readonly count?: number;
  readonly params?: TextParams;
}

interface Entry {
  readonly key: string;
  readonly params: TextParams | undefined;
  readonly line: number | undefined;
  count: number;
}

/** Different notes of one file; everything beyond is counted together. */
const MAX_NOTES = 200;

/** Gathers what could not be used as it stands: each kind once, with how often and where first. */
export class NoteBook {
  readonly #entries = new Map<string, Entry>();

  /** How often something was noted. */
  count(key: string): number {
    let sum = 0;
    for (const entry of this.#entries.values()) if (entry.key === key) sum += entry.count;
    return sum;
  }

  add(key: string, { line, count = 1, params }: NoteOptions = {}): void {
    const short = params && shortened(params);
    const id = short ? `${key} ${JSON.stringify(short)}` : key;
    const known = this.#entries.get(id);
    if (known) known.count += count;
    else if (this.#entries.size < MAX_NOTES) this.#entries.set(id, { key, params: short, line, count });
    else this.#more(count, line);
  }

  #more(count: number, line: number | undefined): void {
    const key = "importers.note.more";
    const known = this.#entries.get(key);
    if (known) known.count += count;
    else this.#entries.set(key, { key, params: undefined, line, count });
  }

  /** Everything that was noted, in order of its first occurrence. */
  *notes(): Generator<ImportNote> {
    for (const { key, params, line, count } of this.#entries.values()) {
      yield { note: text(key, params), count, ...(line === undefined ? {} : { line }) };
    }
  }
}

const shortened = (params: TextParams): TextParams =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "string" ? value.slice(0, MAX_NAME_CHARS) : value,
    ]),
  );
