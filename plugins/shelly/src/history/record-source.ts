import { type Clock, type Instant, type Range, VatioError } from "@vatio/plugin-api";
import type { RpcClient } from "../gen2/rpc-client.js";
import type { ShellyDevice } from "../shelly-device.js";
import type { DeviceHttp } from "./device-http.js";
import type { MeterComponent } from "./meter-component.js";
import { parseDataCsv } from "./parse-csv.js";
import { type DataPage, parseBlocks, parseData, type RecordBlock } from "./parse-data.js";
import type { Records } from "./record.js";

/** What is read of a device. */
export interface RecordQuery {
  readonly device: ShellyDevice;
  readonly component: MeterComponent;
  readonly range: Range;
  readonly signal: AbortSignal;
}

/** One way to the records of a device. Parts come in order of time; each of them is whole. */
export type RecordSource = (query: RecordQuery) => AsyncIterable<Records>;

/** How a method of a device is called. */
type Call = (
  query: RecordQuery,
  method: string,
  params: Readonly<Record<string, number | boolean>>,
) => Promise<unknown>;

const MOST_JSON_BYTES = 4 * 1024 * 1024;
const MOST_CSV_BYTES = 16 * 1024 * 1024;

/** Pages of one answer; a day has 1,440 minutes, and the smallest pages hold a handful. */
const MOST_PAGES = 500;

/** Asked for at once over HTTP: two hours take a device some two seconds. */
const HTTP_SPAN_S = 2 * 3_600;
/** A message over MQTT has to be answered within seconds, from a small memory. */
const MQTT_SPAN_S = 15 * 60;
/** A file is made in one go. */
const CSV_SPAN_S = 6 * 3_600;

/** The records by RPC over HTTP. */
export const rpcOverHttp = (http: DeviceHttp, clock: Clock): RecordSource => {
  const call: Call = ({ device, signal }, method, params) => {
    const query = Object.entries(params).map(([name, value]) => `${name}=${value}`);
    return http.json(device, { path: `/rpc/${method}?${query.join("&")}`, mostBytes: MOST_JSON_BYTES, signal });
  };
  return (query) => readByRpc(query, { call, clock, spanS: HTTP_SPAN_S });
};

/** The records by RPC over MQTT, for devices that cannot be reached otherwise. */
export const rpcOverMqtt = (rpc: RpcClient, clock: Clock): RecordSource => {
  const call: Call = async ({ device, signal }, method, params) => {
    const { prefix, wireId } = device.facts;
    if (prefix === undefined)
      throw new VatioError("E_NET_UNREACHABLE", "The Shelly is not on MQTT.", { retryable: true });
    return (await rpc.call({ prefix, wireId, method, params }, signal)).result;
  };
  return (query) => readByRpc(query, { call, clock, spanS: MQTT_SPAN_S });
};

/** The records as files, for devices whose RPC does not answer. */
export const csvOverHttp = (http: DeviceHttp, clock: Clock): RecordSource =>
  async function* ({ device, component, range, signal }) {
    for (const span of spansOf(range, CSV_SPAN_S)) {
      // Some firmwares fail when asked for a line of names.
      const path = `/${component.folder}/${component.id}/data.csv?ts=${span.from}&end_ts=${lastOf(span)}`;
      const text = await http.text(device, { path, mostBytes: MOST_CSV_BYTES, signal });
      yield parseDataCsv(text, component.keys, { range, now: clock.now() });
    }
  };

interface Way {
  readonly call: Call;
  readonly clock: Clock;
  readonly spanS: number;
}

async function* readByRpc(query: RecordQuery, way: Way): AsyncGenerator<Records> {
  const blocks = await readBlocks(query, way);
  for (const span of spansOf(query.range, way.spanS)) {
    // Where the device says that it has nothing, it is not asked.
    if (blocks && !blocks.some(({ from, to }) => from < span.to && to > span.from)) continue;
    yield* readSpan(query, span, way);
  }
}

/** The spans of which the device has records; undefined when it does not say. */
async function readBlocks(query: RecordQuery, { call }: Way): Promise<readonly RecordBlock[] | undefined> {
  const { component, range } = query;
  const found: RecordBlock[] = [];
  let ts = 0;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await call(query, `${component.space}.GetRecords`, { id: component.id, ts });
    const parsed = parseBlocks(answer);
    if (!parsed) return undefined;
    found.push(...parsed.blocks);
    if (parsed.next === undefined || parsed.next <= ts || parsed.next * 1_000 >= range.to) break;
    ts = parsed.next;
  }
  return found;
}

async function* readSpan(query: RecordQuery, span: RecordBlock, { call, clock }: Way): AsyncGenerator<Records> {
  const { component, range } = query;
  let ts = span.from;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const params = { id: component.id, ts, end_ts: lastOf(span), add_keys: true };
    const answer = await call(query, `${component.space}.GetData`, params);
    const page: DataPage = parseData(answer, component.keys, { range, now: clock.now() });
    yield page;
    // A device that does not move on would go on for ever.
    if (page.next === undefined || page.next <= ts || page.next >= span.to) return;
    ts = page.next;
  }
  throw new VatioError("E_DEVICE_FAILED", "The Shelly goes on sending records for ever.", { retryable: true });
}

/** Whether the end belongs to what is asked for is not written down: like this it does not matter. */
const lastOf = ({ to }: RecordBlock): number => to - 1;

/** A range in pieces, in seconds. */
function spansOf(range: { readonly from: Instant; readonly to: Instant }, lengthS: number): readonly RecordBlock[] {
  const [from, to] = [Math.floor(range.from / 1_000), Math.ceil(range.to / 1_000)];
  const count = Math.ceil((to - from) / lengthS);
  return Array.from({ length: count }, (_, i) => ({
    from: from + i * lengthS,
    to: Math.min(to, from + (i + 1) * lengthS),
  }));
}
