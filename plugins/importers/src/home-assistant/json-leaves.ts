import { unreadable } from "../common/unreadable.js";

/** An object without objects inside, and where it lies. */
export interface JsonLeaf {
  readonly value: Readonly<Record<string, unknown>>;
  /** Names of the properties on the way to it, the outermost first; lists have none. */
  readonly path: readonly string[];
  readonly line: number;
}

const MAX_DEPTH = 32;

/** Characters of one row. */
const MAX_LEAF = 16_384;

interface Level {
  readonly list: boolean;
  /** Property that is being read. */
  key: string;
  /** Where the object begins in the text that is kept. */
  readonly from: number;
  /** It holds only plain values so far. */
  plain: boolean;
}

/**
 * Finds the innermost objects of a JSON text that comes in pieces, so that a text of any size needs little memory. Several texts may follow
 * each other, one on each line.
 */
export class JsonLeaves {
  readonly #levels: Level[] = [];
  #kept = "";
  #line = 1;
  #inString = false;
  #escaped = false;
  #stringFrom = 0;
  #lastString = "";

  /** Whether everything that was begun has ended. */
  get complete(): boolean {
    return this.#levels.length === 0 && !this.#inString;
  }

  /** @throws VatioError E_IMPORT_UNREADABLE with the line */
  *write(piece: string): Generator<JsonLeaf> {
    let index = this.#kept.length;
    this.#kept += piece;
    for (; index < this.#kept.length; index += 1) {
      const leaf = this.#step(this.#kept.charCodeAt(index), index);
      if (leaf) yield leaf;
    }
    this.#forget();
  }

  #step(code: number, index: number): JsonLeaf | undefined {
    if (this.#inString) return void this.#stringStep(code, index);
    switch (code) {
      case 0x0a:
        this.#line += 1;
        return undefined;
      case 0x22:
        this.#inString = true;
        this.#stringFrom = index;
        return undefined;
      case 0x3a:
        return void this.#name();
      case 0x7b:
      case 0x5b:
        return void this.#open(code === 0x5b, index);
      case 0x7d:
      case 0x5d:
        return this.#close(code === 0x5d, index);
      default:
        return undefined;
    }
  }

  #stringStep(code: number, index: number): void {
    if (code === 0x0a) this.#fail("A text in the file does not end");
    if (this.#escaped) this.#escaped = false;
    else if (code === 0x5c) this.#escaped = true;
    else if (code === 0x22) {
      this.#inString = false;
      this.#lastString = this.#kept.slice(this.#stringFrom + 1, index);
    }
  }

  #name(): void {
    const level = this.#levels.at(-1);
    if (!level || level.list) this.#fail("The file is not JSON");
    else level.key = unescaped(this.#lastString);
  }

  #open(list: boolean, from: number): void {
    const above = this.#levels.at(-1);
    if (above) above.plain = false;
    if (this.#levels.push({ list, key: "", from, plain: true }) > MAX_DEPTH)
      this.#fail("The file is nested too deeply");
  }

  #close(list: boolean, index: number): JsonLeaf | undefined {
    const level = this.#levels.pop();
    if (!level || level.list !== list) this.#fail("The brackets of the file do not match");
    if (!level || list || !level.plain) return undefined;
    const path = this.#levels.filter((above) => !above.list).map(({ key }) => key);
    return { value: this.#parsed(this.#kept.slice(level.from, index + 1)), path, line: this.#line };
  }

  #parsed(text: string): Readonly<Record<string, unknown>> {
    try {
      return JSON.parse(text) as Readonly<Record<string, unknown>>;
    } catch (cause) {
      throw unreadable("The file is not JSON.", { line: this.#line, cause });
    }
  }

  /** Keeps only what an open object or text needs. */
  #forget(): void {
    const level = this.#levels.findLast(({ list, plain }) => !list && plain);
    const isLast = level !== undefined && level === this.#levels.at(-1);
    const from = Math.min(
      isLast ? level.from : this.#kept.length,
      this.#inString ? this.#stringFrom : this.#kept.length,
    );
    if (this.#kept.length - from > MAX_LEAF) this.#fail("A row of the file is too long");
    this.#kept = this.#kept.slice(from);
    this.#stringFrom -= from;
    for (const [index, open] of this.#levels.entries()) {
      this.#levels[index] = { ...open, from: open.from - from };
    }
  }

  #fail(message: string): never {
    throw unreadable(`${message}.`, { line: this.#line });
  }
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
