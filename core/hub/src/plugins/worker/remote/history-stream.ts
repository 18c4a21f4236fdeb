/**
 * What a device remembers, as a stream to the hub. The call that asked for it has ended when it is read: so the reader's signal is one that
 * fires when the hub lets the stream go, also in the middle of a part, or when the plugin is to stop.
 */
export function historyStream<T>(read: (signal: AbortSignal) => AsyncIterable<T>, stop: AbortSignal): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const controller = new AbortController();
      const parts = read(AbortSignal.any([controller.signal, stop]))[Symbol.asyncIterator]();
      return {
        next: () => parts.next(),
        return: async () => {
          controller.abort();
          await parts.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
