import { driverOf } from "@vatio/model";
import { type Batch, type ChannelId, type PluginId, type Range, VatioError } from "@vatio/plugin-api";
import { deferred } from "../deferred.js";
import type { PluginScope } from "./scope.js";

/** Reads what a device itself remembers of a range. */
export type ReadHistory = (channel: ChannelId, range: Range, signal: AbortSignal) => AsyncIterable<Batch>;

interface Provider {
  readonly scope: PluginScope;
  readonly read: ReadHistory;
  /** Aborted when the plugin takes its offer back. */
  readonly revoked: AbortController;
}

/** The drivers that can read their devices' own memory: the hub asks them after gaps. */
export class HistoryTable {
  readonly #providers = new Map<PluginId, Provider>();

  /** @throws E_HISTORY_CONFLICT when the plugin provides it already */
  provide(scope: PluginScope, read: ReadHistory): Disposable {
    if (this.#providers.has(scope.id)) {
      throw new VatioError("E_HISTORY_CONFLICT", `The plugin ${scope.id} provides the history of its devices already.`);
    }
    const provider = { scope, read, revoked: new AbortController() };
    this.#providers.set(scope.id, provider);
    return {
      [Symbol.dispose]: () => {
        if (this.#providers.get(scope.id) === provider) this.#providers.delete(scope.id);
        provider.revoked.abort();
      },
    };
  }

  /** Whether a driver offers it at the moment. */
  has(driver: PluginId): boolean {
    return this.#providers.has(driver);
  }

  /**
   * What the channel's device remembers; undefined when its driver offers nothing. Reading it throws E_ABORTED when the signal fires, the
   * plugin is to stop, or it takes its offer back; E_HISTORY_FAILED (retryable) for a fault of the driver; and what the driver throws.
   */
  read(channel: ChannelId, range: Range, signal: AbortSignal): AsyncIterable<Batch> | undefined {
    const provider = this.#providers.get(driverOf(channel));
    if (!provider) return undefined;
    const any = AbortSignal.any([signal, provider.scope.signal, provider.revoked.signal]);
    return contained(provider, () => provider.read(channel, range, any), any);
  }
}

/** Every step of the driver's generator runs in the driver's name, and none is waited for longer than the signal says. */
async function* contained(
  { scope }: Provider,
  read: () => AsyncIterable<Batch>,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  let iterator: AsyncIterator<Batch> | undefined;
  try {
    const opened = scope.enter(() => read()[Symbol.asyncIterator](), "history");
    iterator = opened;
    for (;;) {
      if (signal.aborted) throw givenUp();
      const step = await unlessAborted(
        scope.enter(async () => opened.next(), "history"),
        signal,
      );
      if (step.done) {
        iterator = undefined;
        return;
      }
      yield step.value;
    }
  } catch (error) {
    throw attributed(scope, error, signal);
  } finally {
    release(scope, iterator);
  }
}

/** A generator that hangs would never answer: nobody waits for its end. */
function release(scope: PluginScope, iterator: AsyncIterator<Batch> | undefined): void {
  if (!iterator) return;
  void scope.enter(async () => iterator.return?.(), "history").catch(() => undefined);
}

/** A refusal that the driver meant is passed on; a bug in it is noted as one, once. */
function attributed(scope: PluginScope, error: unknown, signal: AbortSignal): VatioError {
  if (signal.aborted) return givenUp();
  if (VatioError.is(error) && error.code !== "E_INTERNAL") return error;
  scope.failed(error, "history");
  const why = VatioError.from(error).message;
  return new VatioError("E_HISTORY_FAILED", `The plugin ${scope.id} failed to read the history of a device: ${why}`, {
    retryable: true,
    cause: error,
    details: { plugin: scope.id },
  });
}

async function unlessAborted<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = deferred<never>();
  const abort = (): void => aborted.reject(givenUp());
  signal.addEventListener("abort", abort, { once: true });
  // Whichever comes second is of no interest.
  step.catch(() => undefined);
  try {
    return await Promise.race([step, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

const givenUp = (): VatioError => new VatioError("E_ABORTED", "Reading the history of a device was given up.");
