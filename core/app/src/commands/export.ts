import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import process from "node:process";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { startOfDay } from "@vatio/model";
import { type ErrorCode, type Instant, type LocalDate, VatioError } from "@vatio/plugin-api";

/** What `vatio export help` prints. */
export const EXPORT_USAGE = `Takes readings or energy out of a running hub

  vatio export readings --targets <ids> --from <time> --to <time> [--metrics power_w,...]
  vatio export energy --site <id> | --points <ids> --from <time> --to <time> [--bucket slot|hour|day|month]

  --format csv|parquet     csv when left out
  --out <file>             where to; the name that the hub gives when left out, - for the standard output
  --decimal comma, --separator , ; or tab, --bom     CSV for spreadsheets
  --url <address>          http://127.0.0.1:8006 when left out

Times are days (2026-03-01, in the zone of the hub's first site) or instants (2026-03-01T00:00:00Z). A token with the scope "read"
comes from the environment: VATIO_TOKEN.`;

const OPTIONS = {
  targets: { type: "string" },
  metrics: { type: "string" },
  site: { type: "string" },
  points: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  bucket: { type: "string" },
  format: { type: "string", default: "csv" },
  decimal: { type: "string" },
  separator: { type: "string" },
  bom: { type: "boolean" },
  out: { type: "string" },
  url: { type: "string", default: "http://127.0.0.1:8006" },
} as const;

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Where the export comes from and goes to. */
export interface ExportSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const misused = (message: string): VatioError => new VatioError("E_USAGE", `${message}\n\n${EXPORT_USAGE}`);

const failed = (message: string, cause?: unknown): VatioError => new VatioError("E_EXPORT_FAILED", message, { cause });

function parse(argv: readonly string[]): { readonly what: string; readonly values: Values } {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const [what = "", ...rest] = positionals;
    if (rest.length > 0) throw misused(`"${rest.join(" ")}" is too much.`);
    return { what, values };
  } catch (error) {
    throw VatioError.is(error) ? error : misused(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Writes readings or energy of a running hub into a file.
 * @throws E_USAGE, E_EXPORT_FAILED, and what the hub answers
 */
export async function exportData(argv: readonly string[], surroundings: ExportSurroundings = process): Promise<void> {
  const { what, values } = parse(argv);
  if (what === "" || what === "help") return void surroundings.stdout.write(`${EXPORT_USAGE}\n`);
  if (what !== "readings" && what !== "energy") throw misused(`"${what}" cannot be exported.`);
  const hub = new HubApi(String(values.url), surroundings.env.VATIO_TOKEN ?? "");
  const query = await queryOf(what, values, hub);
  const response = await hub.get(`/export/${what}?${query}`);
  await save(response, typeof values.out === "string" ? values.out : nameOf(response), surroundings);
}

const PASSED_ON = {
  readings: ["targets", "metrics", "format", "decimal", "separator", "bom"],
  energy: ["site", "points", "bucket", "format", "decimal", "separator", "bom"],
} as const;

async function queryOf(what: keyof typeof PASSED_ON, values: Values, hub: HubApi): Promise<URLSearchParams> {
  const query = new URLSearchParams();
  for (const name of PASSED_ON[what]) if (values[name] !== undefined) query.set(name, String(values[name]));
  if (what === "energy" && values.bucket === undefined) query.set("bucket", "slot");
  for (const name of ["from", "to"] as const) query.set(name, String(await instantOf(name, values[name], hub)));
  return query;
}

/** A day begins at midnight of the hub's first site: local time is a property of the site, not of this machine. */
async function instantOf(name: string, written: string | boolean | undefined, hub: HubApi): Promise<Instant> {
  if (typeof written !== "string") throw misused(`--${name} is missing.`);
  const at = /^\d{4}-\d{2}-\d{2}$/.test(written)
    ? startOfDay(written as LocalDate, await hub.zone())
    : Date.parse(/(?:Z|[+-]\d{2}:\d{2})$/.test(written) ? written : "");
  if (Number.isNaN(at)) throw misused(`--${name} takes a day or an instant with its zone, not "${written}".`);
  return at as Instant;
}

/** The API of a running hub, as somebody with a token sees it. */
class HubApi {
  readonly #url: string;
  readonly #token: string;
  #zone: string | undefined;

  constructor(url: string, token: string) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw misused(`--url takes an address, not "${url}".`);
    if (token === "") throw misused("The variable VATIO_TOKEN is missing: make a token in Settings.");
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  async get(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const response = await fetch(`${this.#url}/api/v1${path}`, { headers }).catch((cause: unknown) => {
      throw failed(`No hub answers at ${this.#url}. Start it, or name its address with --url.`, cause);
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  async zone(): Promise<string> {
    if (this.#zone === undefined) {
      const sites = (await (await this.get("/sites")).json()) as readonly { readonly zone?: string }[];
      this.#zone = sites[0]?.zone ?? "UTC";
    }
    return this.#zone;
  }
}

interface AnsweredError {
  readonly error?: { readonly code?: string; readonly message?: string; readonly retryable?: boolean };
}

async function errorOf(response: Response): Promise<VatioError> {
  const { error } = (await response.json().catch(() => ({}))) as AnsweredError;
  if (error?.code === undefined) return failed(`The hub answered ${response.status}, which it never does by itself.`);
  const options = { retryable: error.retryable ?? false };
  return new VatioError(error.code as ErrorCode, error.message ?? error.code, options);
}

/** Only letters, digits, dashes and dots: a name from elsewhere must not lead to another folder. */
function nameOf(response: Response): string {
  const name = /filename="([A-Za-z0-9][A-Za-z0-9.-]*)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  if (name === undefined) throw failed("The hub gave the file no name. Choose one with --out.");
  return name;
}

/** Under another name until it is whole: what breaks off leaves nothing that looks like a file. */
async function save(response: Response, out: string, { stdout, stderr }: ExportSurroundings): Promise<void> {
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  if (out === "-") return pipeline(body, stdout, { end: false }).catch(brokenOff);
  if (existsSync(out)) throw failed(`${out} is there already. Remove it, or choose another name with --out.`);
  const part = `${out}.part`;
  try {
    const file = await open(part, "w");
    await pipeline(body, file.createWriteStream());
    await rename(part, out);
  } catch (cause) {
    await rm(part, { force: true });
    throw brokenOff(cause);
  }
  stderr.write(`${out}\n`);
}

function brokenOff(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw failed(`The export broke off (${reason}). Nothing of it was kept; try a shorter range.`, cause);
}
