import { type Batch, type ChannelId, type Range, VatioError } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import type { WorkerSession } from "../session.js";
import { batch } from "../wire-schemas.js";

const validator = Compile(batch);

/** What is to be read. */
export interface HistoryRequest {
  readonly handle: number;
  readonly channel: ChannelId;
  readonly range: Range;
  readonly signal: AbortSignal;
}

/** Reads what a device remembers through its driver in the worker. */
export async function* readHistory(session: WorkerSession, request: HistoryRequest): AsyncGenerator<Batch> {
  const { signal, ...args } = request;
  const stream = await session.link.call("history", args, { signal });
  if (typeof stream !== "number") throw new VatioError("E_WORKER_PROTOCOL", "The history is no stream.");
  for await (const part of session.link.read(stream, signal)) {
    if (!validator.Check(part)) throw new VatioError("E_WORKER_PROTOCOL", "A part of the history is no batch.");
    yield part as Batch;
  }
}
