import { describeFuzz } from "./describe-fuzz.js";
import { type HttpEntry, httpEntries } from "./http-entries.js";
import { fuzzHttp } from "./http-run.js";
import { type Part, partOf } from "./part-of.js";

/** One share of the entry points of some kinds. */
export interface HttpShare extends Part {
  readonly kinds: readonly HttpEntry["kind"][];
}

export const httpShareOf = (entries: readonly HttpEntry[], share: HttpShare): readonly HttpEntry[] =>
  partOf(
    entries.filter(({ kind }) => share.kinds.includes(kind)),
    share,
  );

/** Fuzzes the entry points of a share. */
export function describeHttpFuzz(share: HttpShare): void {
  describeFuzz(`garbage over HTTP: ${share.kinds.join(", ")}, part ${share.part + 1} of ${share.parts}`, {
    entries: (world) => httpShareOf(httpEntries(world), share),
    fuzz: fuzzHttp,
  });
}
