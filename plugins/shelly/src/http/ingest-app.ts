import { type Clock, type FetchApp, type MqttMessage, type Text, text, VatioError } from "@vatio/plugin-api";
import type { DeviceBook, Recorded } from "../device-book.js";
import { decodeStatus } from "../gen2/decode-status.js";
import { normalizedMac } from "../hardware-id.js";
import { instantOf } from "../instant-of.js";
import { isObject, type JsonObject, parseObject } from "../json.js";
import type { Decoded } from "../reading.js";
import { readBody } from "./read-body.js";

/** What the app is made of. */
export interface IngestAppOptions {
  readonly book: DeviceBook;
  readonly clock: Clock;
}

/** Path at which scripts in the device post their status, beside `/api/plugins/shelly/ingest`. */
export const INGEST_ALIAS = "/api/v1/ingest/shelly";

/** What became of a post, in the answer to it. */
interface Receipt {
  readonly status: "received";
  /** Channels of which a value was stored, after the durable commit. */
  readonly stored: number;
  /** Channels of which every value was stored already: the same post came before. */
  readonly duplicate: number;
  /** What was not stored, and why. */
  readonly rejected: readonly Text[];
}

/**
 * Takes the status of a Gen2 device over HTTP: a whole `Shelly.GetStatus`, or a part of it with `sys.mac`. Answers what was stored, after
 * the durable commit; a post of which nothing is stored is an error that says why.
 */
export function ingestApp(options: IngestAppOptions): FetchApp {
  return {
    async fetch(request) {
      try {
        requirePost(request);
        return Response.json(await ingest(options, request));
      } catch (error) {
        return errorResponse(VatioError.from(error));
      }
    },
  };
}

function requirePost(request: Request): void {
  const path = new URL(request.url).pathname.replace(/\/+$/, "");
  if (path !== "" && path !== "/ingest") {
    throw new VatioError(
      "E_ROUTE_UNKNOWN",
      `There is nothing at ${path.slice(0, 80)}. Post the status to ${INGEST_ALIAS}.`,
    );
  }
  if (request.method !== "POST") throw new VatioError("E_METHOD_UNKNOWN", `Use POST, not ${request.method}.`);
}

async function ingest({ book, clock }: IngestAppOptions, request: Request): Promise<Receipt> {
  const at = clock.now();
  const message = asMessage(await readBody(request), at);
  const { status, sys, mac } = readStatus(book, message);
  const device = book.meet(mac);
  const decoded = decodeStatus(status, {
    before: device.states,
    replaces: "components",
    returns: (channel) => device.facts.channels[channel]?.metrics.includes("energy_export_wh") ?? false,
  });
  if (!decoded.readings.some(({ values }) => Object.keys(values).length > 0)) {
    book.note(decoded, message, device);
    throw nothingMeasured(decoded);
  }
  device.states = decoded.states;
  device.postedAt = at;
  const instant = instantOf({ unixSeconds: sys.unixtime, arrival: at });
  book.setOnline(device, true);
  const recorded = await book.record({ device, decoded, at: instant, message });
  requireStored(recorded, decoded);
  book.used(message, device);
  return receiptOf(recorded, decoded);
}

/** The status that a post holds, and whose it is. @throws E_INPUT_INVALID */
function readStatus(book: DeviceBook, message: MqttMessage): { status: JsonObject; sys: JsonObject; mac: string } {
  const parsed = parseObject(message.payload);
  if (!parsed.object) {
    book.reject(message, parsed.reason);
    throw invalid("The body is not a JSON object. Send the result of Shelly.GetStatus.", [parsed.reason.key]);
  }
  const status = parsed.object;
  const sys = isObject(status.sys) ? status.sys : {};
  const mac = normalizedMac(sys.mac);
  if (mac !== undefined) return { status, sys, mac };
  book.reject(message, text("shelly.rejected.post-without-mac"));
  throw invalid("sys.mac is missing or is not a MAC address. It tells which device sends.", ["/sys/mac"]);
}

const receiptOf = ({ stored, duplicate, rejected }: Recorded, { refusals }: Decoded): Receipt => ({
  status: "received",
  stored,
  duplicate,
  rejected: [...refusals, ...rejected],
});

/** @throws E_DEVICE_REFUSED, E_DEVICE_BLOCKED, E_DEVICE_BUSY, E_INPUT_INVALID when nothing of the post is in the store */
function requireStored(recorded: Recorded, decoded: Decoded): void {
  const { state, stored, duplicate } = recorded;
  if (state === "refused") {
    throw new VatioError(
      "E_DEVICE_REFUSED",
      "Too many new devices wait to be accepted. Accept or reject some on the page Devices.",
      { retryable: true },
    );
  }
  if (state === "blocked" || state === "inactive") {
    throw new VatioError(
      "E_DEVICE_BLOCKED",
      "This device was blocked. Unblock it on the page Devices to take its readings.",
    );
  }
  if (stored + duplicate === 0) throw nothingStored(receiptOf(recorded, decoded));
}

function nothingStored({ rejected }: Receipt): VatioError {
  if (rejected.some(({ key }) => key === "rejected.rate")) {
    return new VatioError(
      "E_DEVICE_BUSY",
      "A device that waits to be accepted may only send a few readings a minute. Accept it on the page Devices, or send less often.",
      { retryable: true, details: { rejected } },
    );
  }
  const paths = rejected.map(pathOf);
  return new VatioError("E_INPUT_INVALID", "No value of the body can be stored. The details say why.", {
    details: { paths, rejected },
  });
}

const nothingMeasured = ({ refusals, ignored }: Decoded): VatioError =>
  invalid(
    "Nothing in the body can be stored. It needs a component that measures, such as switch:0.",
    [...refusals, ...ignored].map(pathOf),
  );

/** The request as the hub keeps raw payloads. */
const asMessage = (payload: Uint8Array, at: MqttMessage["at"]): MqttMessage => ({
  topic: `POST ${INGEST_ALIAS}`,
  payload,
  qos: 1,
  retained: false,
  at,
});

const pathOf = ({ key, params }: Text): string => (params?.field === undefined ? key : `${key} ${params.field}`);

const invalid = (message: string, paths: readonly string[]): VatioError =>
  new VatioError("E_INPUT_INVALID", message, { details: { paths } });

const STATUS: Readonly<Record<string, number>> = {
  E_INPUT_INVALID: 400,
  E_DEVICE_BLOCKED: 403,
  E_ROUTE_UNKNOWN: 404,
  E_METHOD_UNKNOWN: 405,
  E_BODY_TOO_LARGE: 413,
  E_DEVICE_BUSY: 429,
  E_DEVICE_REFUSED: 429,
};

function errorResponse(error: VatioError): Response {
  const status = STATUS[error.code] ?? (error.retryable ? 503 : 500);
  const headers: Record<string, string> = error.retryable ? { "retry-after": "5" } : {};
  return Response.json({ error: error.toJSON() }, { status, headers });
}
