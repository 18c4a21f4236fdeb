/** Energy of one target in the buckets of a query, as it adds up. */
export class BucketSums {
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  /** Slots that were measured. */
  readonly covered: Float64Array;
  readonly quality: Uint8Array;

  constructor(buckets: number) {
    this.importWh = new Float64Array(buckets).fill(Number.NaN);
    this.exportWh = new Float64Array(buckets).fill(Number.NaN);
    this.covered = new Float64Array(buckets);
    this.quality = new Uint8Array(buckets);
  }

  add(bucket: number, row: { importWh: number; exportWh: number; covered: number; quality: number }): void {
    put(this.importWh, bucket, row.importWh);
    put(this.exportWh, bucket, row.exportWh);
    this.covered[bucket] = (this.covered[bucket] as number) + row.covered;
    this.quality[bucket] = (this.quality[bucket] as number) | row.quality;
  }
}

/** What is not known adds nothing, and does not take away what is. */
function put(column: Float64Array, i: number, value: number): void {
  if (Number.isNaN(value)) return;
  const before = column[i] as number;
  column[i] = Number.isNaN(before) ? value : before + value;
}
