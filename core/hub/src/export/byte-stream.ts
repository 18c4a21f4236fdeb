/** Pieces of a file, and how to give it up while a piece is being made. */
export interface ByteSource {
  readonly pieces: AsyncGenerator<Uint8Array, void, void>;
  readonly abort: () => void;
}

/** What is told about the end of a stream: the error that ended it, when there was one. */
export type StreamEnd = (error?: unknown) => void;

/**
 * A stream that makes a piece when the reader takes one, and none ahead: a slow client slows the export down, one that goes away ends it.
 * The first piece is made before this settles, so that what cannot begin is an error and no torn file.
 */
export async function byteStream({ pieces, abort }: ByteSource, onEnd: StreamEnd): Promise<ReadableStream<Uint8Array>> {
  let waiting: IteratorResult<Uint8Array, void> | undefined = await firstOf(pieces, onEnd);
  const next = (): Promise<IteratorResult<Uint8Array, void>> => {
    const taken = waiting;
    waiting = undefined;
    return taken ? Promise.resolve(taken) : pieces.next();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await next().catch((error: unknown) => {
          onEnd(error);
          throw error;
        });
        if (!piece.done) return controller.enqueue(piece.value);
        onEnd();
        controller.close();
      },
      async cancel() {
        abort();
        await pieces.return().catch(() => undefined);
        onEnd();
      },
    },
    { highWaterMark: 0 },
  );
}

async function firstOf(pieces: ByteSource["pieces"], onEnd: StreamEnd): Promise<IteratorResult<Uint8Array, void>> {
  try {
    return await pieces.next();
  } catch (error) {
    onEnd(error);
    throw error;
  }
}
