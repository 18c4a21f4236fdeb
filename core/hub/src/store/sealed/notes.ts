import type { ChannelId, MetricName, Range } from "@vatio/plugin-api";
import { type Static, Type } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import type { SegmentKind } from "../segment-types.js";
import type { Source } from "../source.js";
import type { FileNotes } from "./parquet-file.js";
import type { SealedFile } from "./sealed-file.js";
import type { SegmentContext } from "./segment-options.js";

/** Version of what files look like. */
const SCHEMA = "1";

/** What a file was made of: files by their hash, tables by their rows. */
const SOURCES = Type.Array(
  Type.Union([
    Type.Object({ file: Type.String(), hash: Type.String() }),
    Type.Object({ table: Type.String({ pattern: "^(late(_[0-9]+)?|hot_[0-9]{8})$" }), rows: Type.Integer() }),
  ]),
);

const CHANNELS = Type.Record(Type.String({ pattern: "^[0-9]+$" }), Type.String());

/** What a file was made of. */
export type NotedSources = Static<typeof SOURCES>;

/** What is to be noted in a file. */
export interface NotesInput {
  readonly kind: SegmentKind;
  readonly range: Range;
  readonly generation: number;
  readonly metrics: readonly MetricName[];
  /** Numbers of its channels. */
  readonly channels: readonly number[];
  readonly sources: readonly Source[];
  readonly importId?: string;
}

const time = (at: number): string => new Date(at).toISOString();

/** What a file says about itself, so that it can be understood without any database. */
export async function notesOf(context: SegmentContext, input: NotesInput): Promise<FileNotes> {
  const { channels, metrics, database } = context;
  const names = input.channels.map((number) => [number, channels.channelOf(number) ?? `unknown:${number}`]);
  const units = input.metrics.map((metric) => [metric, metrics.get(metric)?.unit ?? ""]);
  const sources: NotedSources = [];
  for (const source of input.sources) {
    if (source.file !== undefined) sources.push({ file: source.name, hash: (source as SealedFile).hash });
    else sources.push({ table: source.name, rows: await rowsOf(context, source.name) });
  }
  return {
    "vatio.schema": SCHEMA,
    "vatio.kind": input.kind,
    "vatio.from": time(input.range.from),
    "vatio.to": time(input.range.to),
    "vatio.generation": String(input.generation),
    "vatio.channels": JSON.stringify(Object.fromEntries(names)),
    "vatio.metrics": JSON.stringify(Object.fromEntries(units)),
    "vatio.database": database,
    "vatio.sources": JSON.stringify(sources),
    ...(input.importId === undefined ? {} : { "vatio.import": input.importId }),
  };
}

/** Rows of a table, counted. */
export async function rowsOf({ sql }: Pick<SegmentContext, "sql">, table: string): Promise<number> {
  const [row] = await sql.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return row?.n ?? 0;
}

/** Notes of a file that was found. */
export interface ReadNotes {
  readonly database: string;
  readonly sources: NotedSources;
  readonly channels: ReadonlyMap<number, ChannelId>;
}

/** Undefined when they are not those of a file of this kind. */
export function parseNotes(notes: FileNotes): ReadNotes | undefined {
  try {
    const [sources, channels] = [notes["vatio.sources"], notes["vatio.channels"]].map((text): unknown =>
      JSON.parse(text ?? ""),
    );
    if (notes["vatio.schema"] !== SCHEMA || !Value.Check(SOURCES, sources) || !Value.Check(CHANNELS, channels))
      return undefined;
    const numbered = Object.entries(channels).map(([number, id]) => [Number(number), id as ChannelId] as const);
    return { database: notes["vatio.database"] ?? "", sources, channels: new Map(numbered) };
  } catch {
    return undefined;
  }
}
