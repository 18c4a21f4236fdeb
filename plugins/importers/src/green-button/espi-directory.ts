import { MAX_SERIES } from "../common/limits.js";
import { unreadable } from "../common/unreadable.js";
import type { EntryLinks, EspiHandler, ReadingType } from "./espi-types.js";

/** Where the readings of a block belong. */
export interface EspiStream {
  readonly key: string;
  readonly name: string;
  readonly type: ReadingType | undefined;
  /** 0 electricity, 1 gas, 2 water and others; undefined when the file does not tell. */
  readonly serviceKind: number | undefined;
}

/** Links differ in host and leading slash between the entries of one file. */
const normal = (link: string): string => link.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/^\/+|\/+$/g, "");

/** The usage points, meter readings and reading types of a file, and which of them a block belongs to. */
export class EspiDirectory implements EspiHandler {
  readonly #points = new Map<string, { readonly name: string; readonly serviceKind: number | undefined }>();
  readonly #types = new Map<string, ReadingType>();
  readonly #meters = new Map<string, EntryLinks>();
  readonly #streams = new Map<string, EspiStream>();

  usagePoint(links: EntryLinks, serviceKind: number | undefined): void {
    this.#keep(this.#points, links, { name: links.title, serviceKind });
  }

  meterReading(links: EntryLinks): void {
    this.#keep(this.#meters, links, { ...links, related: links.related.slice(0, 50).map(normal) });
  }

  readingType(links: EntryLinks, type: ReadingType): void {
    this.#keep(this.#types, links, type);
  }

  #keep<T>(table: Map<string, T>, { self, up }: EntryLinks, value: T): void {
    table.set(normal(self ?? up ?? `#${table.size}`), value);
    if (table.size > MAX_SERIES) throw unreadable(`The file has more than ${MAX_SERIES} circuits.`);
  }

  /** The stream of a block with these links. */
  streamOf(links: EntryLinks): EspiStream {
    const id = `${links.self ?? ""} ${links.up ?? ""}`;
    let stream = this.#streams.get(id);
    if (!stream) {
      if (this.#streams.size > MAX_SERIES * 100) this.#streams.clear();
      stream = this.#find([links.up, links.self].filter((link) => link !== undefined).map(normal));
      this.#streams.set(id, stream);
    }
    return stream;
  }

  #find(links: readonly string[]): EspiStream {
    const [meter, entry] = this.#meterOf(links) ?? [];
    const point = this.#pointOf(meter ?? links[0] ?? "");
    const key = meter === undefined ? "1" : this.#pairOf(meter);
    const titles = [point?.[1].name, key === meter && this.#meters.size > 1 ? entry?.title : undefined];
    const name = titles.filter(Boolean).join(", ");
    return {
      key,
      name: name === "" ? (entry?.title ?? key) || key : name,
      type: this.#typeOf(entry),
      serviceKind: point?.[1].serviceKind,
    };
  }

  #pointOf(
    link: string,
  ): readonly [string, { readonly name: string; readonly serviceKind: number | undefined }] | undefined {
    const points = [...this.#points];
    return longest(points, link) ?? (points.length === 1 ? points[0] : undefined);
  }

  /** Both directions of one meter are one circuit: the first reading of each direction, of the same unit and length. */
  #pairOf(meter: string): string {
    const own = this.#typeOf(this.#meters.get(meter));
    const point = this.#pointOf(meter)?.[0];
    const mates = [...this.#meters].filter(([key, entry]) => {
      const type = this.#typeOf(entry);
      return (
        this.#pointOf(key)?.[0] === point && type?.uom === own?.uom && type?.intervalLength === own?.intervalLength
      );
    });
    const [first = meter] = mates[0] ?? [];
    const [ahead = meter] = mates.find(([, entry]) => this.#typeOf(entry)?.flowDirection === own?.flowDirection) ?? [];
    return ahead === meter ? first : meter;
  }

  /** Its list of blocks is a link of the meter reading, or lies below it; a file with one meter reading needs neither. */
  #meterOf(links: readonly string[]): readonly [string, EntryLinks] | undefined {
    const meters = [...this.#meters];
    const related = meters.find(([, { related: known }]) => links.some((link) => known.includes(link)));
    const below = links.map((link) => longest(meters, link)).find((found) => found !== undefined);
    return related ?? below ?? (meters.length === 1 ? meters[0] : undefined);
  }

  #typeOf(meter: EntryLinks | undefined): ReadingType | undefined {
    const linked = meter?.related.map((link) => this.#types.get(link)).find((type) => type !== undefined);
    return linked ?? (this.#types.size === 1 ? [...this.#types.values()][0] : undefined);
  }
}

/** The entry whose link is the longest beginning of another one. */
function longest<T>(entries: readonly (readonly [string, T])[], link: string): readonly [string, T] | undefined {
  return entries
    .filter(([key]) => link === key || link.startsWith(`${key}/`))
    .sort(([a], [b]) => b.length - a.length)[0];
}
