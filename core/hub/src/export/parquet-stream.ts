import { createReadStream } from "node:fs";
import { seconds } from "@vatio/plugin-api";
import { deferred } from "../deferred.js";
import { type ParquetOptions, writeParquet } from "./parquet-writer.js";
import type { TempFolders } from "./temp-folders.js";
import type { ExportTable } from "./types.js";

/** A file of Parquet begins with it: known before anything else is. */
const MAGIC = Buffer.from("PAR1", "latin1");
/** A connection without a byte in two minutes counts as dead, for the hub and for many proxies. */
const PULSE = seconds(40);
const PIECE_BYTES = 256 * 1024;

/** What a Parquet stream needs. */
export interface ParquetStreamOptions extends Omit<ParquetOptions, "folder"> {
  readonly folders: TempFolders;
}

/**
 * A table as a Parquet file. The file is complete before most of it is sent, because its index is at its end; while a large one is made, its
 * first bytes go out one by one, so that the connection stays open.
 */
export async function* parquetPieces(
  table: ExportTable,
  options: ParquetStreamOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const { folders } = options;
  const folder = await folders.create();
  const writing = writeParquet(table, { ...options, folder });
  try {
    let sent = 0;
    while (!(await settlesSoon(writing, options)) && sent < MAGIC.length) yield MAGIC.subarray(sent, ++sent);
    const file = await writing;
    for await (const piece of createReadStream(file, { start: sent, highWaterMark: PIECE_BYTES }))
      yield piece as Uint8Array;
  } finally {
    await writing.catch(() => undefined);
    await folders.remove(folder);
  }
}

/** Whether something is over within a pulse, well or badly. */
async function settlesSoon(work: Promise<unknown>, { clock }: Pick<ParquetStreamOptions, "clock">): Promise<boolean> {
  const late = deferred<boolean>();
  const timer = clock.timer(PULSE, () => late.resolve(false));
  const done = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, late.promise]);
  } finally {
    timer[Symbol.dispose]();
  }
}
