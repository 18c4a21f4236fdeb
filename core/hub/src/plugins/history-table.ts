import { driverOf } from "@vatio/model";
import { type Batch, type ChannelId, type PluginId, type Range, VatioError } from "@vatio/plugin-api";
import type { PluginScope } from "./scope.js";

/** Reads what a device itself remembers of a range. */
export type ReadHistory = (channel: ChannelId, range: Range, signal: AbortSignal) => AsyncIterable<Batch>;

interface Provider {
  readonly scope: PluginScope;
  readonly read: ReadHistory;
}

/** The drivers that can read their devices' own memory: the hub asks them after gaps. */
export class HistoryTable {
  readonly #providers = new Map<PluginId, Provider>();

  /** @throws E_HISTORY_CONFLICT when the plugin provides it already */
  provide(scope: PluginScope, read: ReadHistory): Disposable {
    if (this.#providers.has(scope.id)) {
      throw new VatioError("E_HISTORY_CONFLICT", `The plugin ${scope.id} provides the history of its devices already.`);
    }
    const provider = { scope, read };
    this.#providers.set(scope.id, provider);
    return {
      [Symbol.dispose]: () => {
        if (this.#providers.get(scope.id) === provider) this.#providers.delete(scope.id);
      },
    };
  }

  /** What the channel's device remembers; undefined when its driver offers nothing. */
  read(channel: ChannelId, range: Range, signal: AbortSignal): AsyncIterable<Batch> | undefined {
    const provider = this.#providers.get(driverOf(channel));
    return provider && contained(provider, () => provider.read(channel, range, signal));
  }
}

/** Every step of the driver's generator runs in the driver's name. */
async function* contained({ scope }: Provider, read: () => AsyncIterable<Batch>): AsyncGenerator<Batch> {
  const iterator = scope.enter(() => read()[Symbol.asyncIterator](), "history");
  try {
    for (;;) {
      const step = await scope.enter(() => iterator.next(), "history");
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await scope.enter(async () => iterator.return?.(), "history");
  }
}
