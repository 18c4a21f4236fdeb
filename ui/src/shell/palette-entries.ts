import type { IconName } from "../controls/icons/icon-names.js";

/** Something that the search finds. */
export interface PaletteEntry {
  readonly href: string;
  readonly icon: IconName;
  readonly name: string;
  readonly kind: string;
}

const MOST = 12;

/** Letters without case and accents: `Iluminación` is found by `ilumi` and by `CION`. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Entries that hold every typed word, those that begin with the text first. */
export function findEntries(entries: readonly PaletteEntry[], text: string): PaletteEntry[] {
  const wanted = plain(text).trim();
  const words = wanted.split(/\s+/).filter(Boolean);
  const found = entries
    .map((entry) => ({ entry, name: plain(entry.name) }))
    .filter(({ name }) => words.every((word) => name.includes(word)));
  const rank = (name: string): number => (name.startsWith(wanted) ? 0 : 1);
  return found
    .sort((a, b) => rank(a.name) - rank(b.name))
    .slice(0, MOST)
    .map(({ entry }) => entry);
}
