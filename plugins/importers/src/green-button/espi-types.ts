/** What a `ReadingType` says of the numbers that refer to it (NAESB REQ.21 ESPI). */
export interface ReadingType {
  /** 1 electricity from the network, 2 to it; 0 both. */
  readonly commodity: number | undefined;
  /** 1 delivered to the customer, 19 received from it, 4 net of both. */
  readonly flowDirection: number | undefined;
  /** 72 Wh, 38 W. */
  readonly uom: number | undefined;
  readonly powerOfTen: number;
  /** Seconds. */
  readonly intervalLength: number | undefined;
  /** 1 bulk quantity, 2 and 3 cumulative, 4 delta. */
  readonly accumulation: number | undefined;
}

/** One reading of an `IntervalBlock`. */
export interface EspiReading {
  /** Unix seconds. */
  readonly start: number | undefined;
  /** Seconds. */
  readonly duration: number | undefined;
  readonly value: number | undefined;
  readonly qualities: readonly number[];
  readonly line: number;
}

/** Links and name of an Atom entry. */
export interface EntryLinks {
  readonly self: string | undefined;
  readonly up: string | undefined;
  readonly related: readonly string[];
  readonly title: string;
}

/** What is found in a Green Button file, in its order. */
export interface EspiHandler {
  usagePoint?(links: EntryLinks, serviceKind: number | undefined): void;
  meterReading?(links: EntryLinks): void;
  readingType?(links: EntryLinks, type: ReadingType): void;
  /** @param links of the entry as far as they are known: they come before the content */
  reading?(links: EntryLinks, reading: EspiReading): void;
}
