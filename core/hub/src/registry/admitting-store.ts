import type { CounterTable } from "../counters.js";
import type { TelemetryStore } from "../store/types.js";
import type { Admission } from "./admission.js";

/** The store as plugins see it: what pending devices send is limited, what blocked ones send is kept out. */
export function admittingStore(store: TelemetryStore, admission: Admission, counters: CounterTable): TelemetryStore {
  return {
    async write(batches, options) {
      const admitted = admission.admit(batches);
      for (const { reason, rows } of admitted.rejected) counters.add("store", "rejected", reason, rows);
      if (admitted.batches.length === 0) return { accepted: 0, duplicate: 0, rejected: admitted.rejected };
      const written = await store.write(admitted.batches, options);
      return { ...written, rejected: [...written.rejected, ...admitted.rejected] };
    },
    bootedAt: (...args) => store.bootedAt(...args),
    last: (target) => store.last(target),
    series: (query) => store.series(query),
    exportRows: (query) => store.exportRows(query),
    onBatch: (listener) => store.onBatch(listener),
    onCommit: (listener) => store.onCommit(listener),
    inbox: store.inbox,
    flush: () => store.flush(),
    get idle() {
      return store.idle;
    },
    status: () => store.status(),
    figures: () => store.figures(),
    close: () => store.close(),
  };
}
