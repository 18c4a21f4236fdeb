/** One share of a list: files run beside each other. */
export interface Part {
  /** From 0. */
  readonly part: number;
  readonly parts: number;
}

/** The entries of one share; neighbours go to different ones, because they cost alike. */
export const partOf = <T>(entries: readonly T[], { part, parts }: Part): readonly T[] =>
  entries.filter((_entry, i) => i % parts === part);
