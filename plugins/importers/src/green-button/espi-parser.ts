import { SaxesParser } from "saxes";
import { unreadable } from "../common/unreadable.js";
import type { EntryLinks, EspiHandler, EspiReading, ReadingType } from "./espi-types.js";

/** Elements inside each other; a Green Button file has fewer than ten. */
const MAX_DEPTH = 64;

/** Characters without the end of a tag, a text or a comment. */
const MAX_UNBROKEN = 1_048_576;

/** Characters of a number or a title. */
const MAX_TEXT = 1_000;

/** Links of one entry. */
const MAX_LINKS = 5_000;

interface Entry {
  self: string | undefined;
  up: string | undefined;
  readonly related: string[];
  title: string;
}

const emptyEntry = (): Entry => ({ self: undefined, up: undefined, related: [], title: "" });

/** Reads a Green Button file piece by piece. Entities other than the five of XML are refused, so that none can grow. */
export class EspiParser {
  readonly #parser = new SaxesParser({ xmlns: false });
  readonly #handler: EspiHandler;
  readonly #path: string[] = [];
  #entry: Entry = emptyEntry();
  #text = "";
  #fields: Record<string, string> = {};
  #qualities: number[] = [];
  #unbroken = 0;
  #failure: Error | undefined;

  constructor(handler: EspiHandler) {
    this.#handler = handler;
    this.#parser.on("error", (error) => {
      this.#failure ??= error;
    });
    this.#parser.on("opentag", ({ name, attributes }) => this.#open(localName(name), attributes));
    this.#parser.on("closetag", ({ name }) => this.#close(localName(name)));
    this.#parser.on("text", (piece) => this.#take(piece));
    this.#parser.on("cdata", (piece) => this.#take(piece));
    for (const event of ["comment", "processinginstruction", "doctype"] as const)
      this.#parser.on(event, () => this.#broken());
  }

  /** @throws VatioError E_IMPORT_UNREADABLE with the line */
  write(piece: string): void {
    this.#unbroken += piece.length;
    this.#parser.write(piece);
    if (this.#unbroken > MAX_UNBROKEN) this.#fail("Something in the file is far too long");
    this.#check();
  }

  /** @throws VatioError E_IMPORT_UNREADABLE when the file ends too early */
  end(): void {
    this.#parser.close();
    this.#check();
  }

  #check(): void {
    if (this.#failure)
      throw unreadable("The file is not well-formed XML.", { line: this.#parser.line, cause: this.#failure });
  }

  #fail(message: string): never {
    throw unreadable(`${message}.`, { line: this.#parser.line });
  }

  #broken(): void {
    this.#unbroken = 0;
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#broken();
    this.#text = "";
    if (this.#path.push(name) > MAX_DEPTH) this.#fail("The elements of the file lie too deep");
    if (name === "entry") this.#entry = emptyEntry();
    if (name === "link") this.#link(attributes);
    if (STARTS.has(name)) this.#fields = {};
    if (name === "IntervalReading") this.#qualities = [];
  }

  #link({ rel = "", href = "" }: Readonly<Record<string, string>>): void {
    const short = href.slice(0, MAX_TEXT);
    if (rel === "self") this.#entry.self = short;
    else if (rel === "up") this.#entry.up = short;
    else if (rel === "related" && this.#entry.related.length < MAX_LINKS) this.#entry.related.push(short);
  }

  #take(piece: string): void {
    this.#broken();
    if (this.#text.length < MAX_TEXT) this.#text += piece.slice(0, MAX_TEXT);
  }

  #close(name: string): void {
    this.#broken();
    const parent = this.#path[this.#path.length - 2];
    this.#path.pop();
    const text = this.#text.trim();
    this.#text = "";
    if (name === "title" && parent === "entry") this.#entry.title = text;
    else if (name === "quality") this.#qualities.push(Number(text));
    else if (LEAVES.has(name)) this.#leaf(name, parent, text);
    else this.#finish(name);
  }

  #leaf(name: string, parent: string | undefined, text: string): void {
    // A block has a start and a duration of its own beside those of its readings.
    if ((name === "start" || name === "duration") && parent !== "timePeriod") return;
    this.#fields[name] = text;
  }

  #finish(name: string): void {
    const links: EntryLinks = this.#entry;
    if (name === "IntervalReading") this.#handler.reading?.(links, this.#reading());
    else if (name === "ReadingType") this.#handler.readingType?.(links, readingType(this.#fields));
    else if (name === "MeterReading") this.#handler.meterReading?.(links);
    else if (name === "UsagePoint") this.#handler.usagePoint?.(links, integer(this.#fields.kind));
  }

  #reading(): EspiReading {
    const { start, duration, value } = this.#fields;
    return {
      start: integer(start),
      duration: integer(duration),
      value: integer(value),
      qualities: this.#qualities,
      line: this.#parser.line,
    };
  }
}

/** Elements whose numbers are gathered. */
const STARTS = new Set(["IntervalReading", "ReadingType", "UsagePoint"]);

const LEAVES = new Set([
  "start",
  "duration",
  "value",
  "kind",
  "commodity",
  "flowDirection",
  "uom",
  "powerOfTenMultiplier",
  "intervalLength",
  "accumulationBehaviour",
]);

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** All numbers of the standard are whole; some files write them with decimals all the same. */
function integer(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?\d{1,18}(?:\.\d{1,9})?$/.test(text)) return undefined;
  return Number(text);
}

const readingType = (fields: Readonly<Record<string, string>>): ReadingType => ({
  commodity: integer(fields.commodity),
  flowDirection: integer(fields.flowDirection),
  uom: integer(fields.uom),
  powerOfTen: integer(fields.powerOfTenMultiplier) ?? 0,
  intervalLength: integer(fields.intervalLength),
  accumulation: integer(fields.accumulationBehaviour),
});
