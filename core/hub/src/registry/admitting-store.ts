import type { Written } from "@vatio/plugin-api";
import type { CounterTable } from "../counters.js";
import type { TelemetryStore, WriteOptions } from "../store/types.js";
import type { Admission, Admitted } from "./admission.js";

/** The store as plugins see it: what pending devices send is limited, what blocked ones send is kept out. */
export function admittingStore(store: TelemetryStore, admission: Admission, counters: CounterTable): TelemetryStore {
  const writeRest = async ({ batches, rejected }: Admitted, options?: WriteOptions): Promise<Written> => {
    for (const { reason, rows } of rejected) counters.add("store", "rejected", reason, rows);
    if (batches.length === 0) return { accepted: 0, duplicate: 0, rejected };
    const written = await store.write(batches, options);
    return { ...written, rejected: [...written.rejected, ...rejected] };
  };
  return {
    write(batches, options) {
      const admitted = admission.admit(batches);
      return admitted.rejected.length === 0 ? store.write(batches, options) : writeRest(admitted, options);
    },
    bootedAt: (...args) => store.bootedAt(...args),
    last: (target) => store.last(target),
    series: (query) => store.series(query),
    exportRows: (query) => store.exportRows(query),
    onBatch: (listener) => store.onBatch(listener),
    onCommit: (listener) => store.onCommit(listener),
    onKeptOut: (listener) => store.onKeptOut(listener),
    inbox: store.inbox,
    derived: store.derived,
    queries: store.queries,
    segments: store.segments,
    snapshot: (...args) => store.snapshot(...args),
    flush: () => store.flush(),
    get idle() {
      return store.idle;
    },
    status: () => store.status(),
    figures: () => store.figures(),
    close: () => store.close(),
  };
}
