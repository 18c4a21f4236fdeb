import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isMap, isScalar, LineCounter, type Node, type ParsedNode, parseDocument, type YAMLMap } from "yaml";
import { isSection, keysOf, optionAt } from "./boot-options.js";
import type { ConfigIssue, GivenValue } from "./config-issue.js";
import { nearest } from "./nearest.js";

/** What a file says: values, and what is wrong with its form. */
export interface FileContents {
  readonly values: readonly GivenValue[];
  readonly issues: readonly ConfigIssue[];
}

const MOST_BYTES = 262_144;

/** Reads `vatio.yaml`. Never throws: what is wrong is an issue with its line. */
export function readConfigFile(file: string): FileContents {
  const origin = basename(file);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { values: [], issues: [{ path: "", expected: "a file that can be read", found: why, origin: file }] };
  }
  if (text.length > MOST_BYTES) {
    return {
      values: [],
      issues: [
        { path: "", expected: `a file of at most ${MOST_BYTES} characters`, found: String(text.length), origin },
      ],
    };
  }
  return new FileReader(text, origin, dirname(file)).read();
}

class FileReader {
  readonly #origin: string;
  readonly #base: string;
  readonly #lines = new LineCounter();
  readonly #document;
  readonly #values: GivenValue[] = [];
  readonly #issues: ConfigIssue[] = [];

  constructor(text: string, origin: string, base: string) {
    this.#origin = origin;
    this.#base = base;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  read(): FileContents {
    for (const error of this.#document.errors) {
      this.#issues.push({ path: "", expected: "valid YAML", found: error.message, origin: this.#at(error.pos[0]) });
    }
    const top = this.#document.contents;
    if (isMap(top)) this.#section(top, "");
    else if (top !== null && !(isScalar(top) && top.value === null)) this.#wrongShape("", top);
    return { values: this.#values, issues: this.#issues };
  }

  #section(map: YAMLMap.Parsed, path: string): void {
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const full = path === "" ? name : `${path}.${name}`;
      const origin = this.#at(key.range[0]);
      if (optionAt(full)) this.#leaf(full, value, origin);
      else if (isSection(full)) this.#subsection(full, value);
      else this.#issues.push(unknownKey(full, origin, keysOf(path)));
    }
  }

  #leaf(path: string, node: ParsedNode | null, origin: string): void {
    const value: unknown = node === null ? null : this.#plain(node);
    // A key without a value is what remains when somebody deletes the value: the default applies.
    if (value !== null) this.#values.push({ path, value, origin, base: this.#base });
  }

  #subsection(path: string, node: ParsedNode | null): void {
    if (isMap(node)) this.#section(node, path);
    else if (node !== null && !(isScalar(node) && node.value === null)) this.#wrongShape(path, node);
  }

  #wrongShape(path: string, node: ParsedNode): void {
    this.#issues.push({ path, expected: `a section with ${keysOf(path).join(", ")}`, origin: this.#at(node.range[0]) });
  }

  #plain(node: Node): unknown {
    try {
      return node.toJS(this.#document);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #at(offset: number): string {
    return `${this.#origin} line ${this.#lines.linePos(offset).line}`;
  }
}

function unknownKey(path: string, origin: string, known: readonly string[]): ConfigIssue {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const guess = nearest(name, known);
  const expected = guess === undefined ? `one of the keys ${known.join(", ")}` : `the key ${guess}`;
  return { path, expected, found: name, origin };
}
