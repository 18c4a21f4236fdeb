import { type DurationMs, type Net, type Scheduler, type Secrets, seconds, VatioError } from "@vatio/plugin-api";
import { normalizedMac } from "../hardware-id.js";
import { isObject } from "../json.js";
import type { ShellyDevice } from "../shelly-device.js";
import { basicHeader, digestHeader, parseChallenge } from "./http-digest.js";

/** What requests to devices need. */
export interface DeviceHttpOptions {
  readonly net: Pick<Net, "fetch">;
  readonly scheduler: Pick<Scheduler, "after">;
  readonly secrets: Pick<Secrets, "get">;
  /** Name of the user of devices of the first generation. */
  readonly gen1User: string;
}

/** A request to a device. */
export interface DeviceRequest {
  /** Path with query. */
  readonly path: string;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

/** A device reads its flash while it answers: some sixty records a second. */
const TIMEOUT: DurationMs = seconds(60);

const MOST_INFO_BYTES = 16_384;

/** Name of the secret with the password of the devices. */
export const PASSWORD = "password";

/**
 * Asks devices over HTTP, with their password where they want one. An address is what a device, or whoever speaks in its name, once told: so
 * whoever answers there first says without a password that it is that device.
 */
export class DeviceHttp {
  readonly #options: DeviceHttpOptions;
  /** Addresses at which a device was found in this run. */
  readonly #met = new WeakMap<ShellyDevice, string>();

  constructor(options: DeviceHttpOptions) {
    this.#options = options;
  }

  /** @throws E_NET_UNREACHABLE, E_DEVICE_* and E_ABORTED */
  async text(device: ShellyDevice, request: DeviceRequest): Promise<string> {
    const address = await this.#addressOf(device, request.signal);
    const { status, body, challenge } = await this.#send(address, request, {});
    if (status !== 401) return accepted(status, body, request.path);
    const authorization = await this.#authorization(device, request.path, challenge);
    const second = await this.#send(address, request, { authorization });
    if (second.status === 401) throw unauthorized("The password that the plugin knows is not that of the device.");
    return accepted(second.status, second.body, request.path);
  }

  /** @throws as `text`, and E_DEVICE_FAILED for an answer that is no JSON */
  async json(device: ShellyDevice, request: DeviceRequest): Promise<unknown> {
    const text = await this.text(device, request);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw failed(`The Shelly did not answer ${pathOf(request.path)} with JSON.`);
    }
  }

  async #addressOf(device: ShellyDevice, signal: AbortSignal): Promise<string> {
    const { address } = device.facts;
    if (address === undefined) throw unreachable("The address of the Shelly on the network is not known.");
    if (this.#met.get(device) === address) return address;
    const { body } = await this.#send(address, { path: "/shelly", mostBytes: MOST_INFO_BYTES, signal }, {});
    if (macOf(body) !== device.hardwareId) throw unreachable(`At ${address} it is not this Shelly that answers.`);
    this.#met.set(device, address);
    return address;
  }

  async #authorization(device: ShellyDevice, uri: string, header: string | null): Promise<string> {
    const password = await this.#options.secrets.get(PASSWORD);
    if (password === undefined)
      throw unauthorized("The device wants a password: enter it in the settings of the plugin.");
    if (device.facts.generation === 1) return basicHeader(this.#options.gen1User, password);
    const challenge = parseChallenge(header);
    if (!challenge) throw unauthorized("The device asks for its password in a way that is not known.");
    return digestHeader(challenge, { method: "GET", uri, password, count: 1 });
  }

  async #send(
    address: string,
    { path, mostBytes, signal }: DeviceRequest,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: string; readonly challenge: string | null }> {
    const timeout = new AbortController();
    const timer = this.#options.scheduler.after(TIMEOUT, () => timeout.abort());
    try {
      const host = address.includes(":") ? `[${address}]` : address;
      const response = await this.#options.net.fetch(`http://${host}${path}`, {
        headers,
        redirect: "error",
        signal: AbortSignal.any([signal, timeout.signal]),
      });
      const body = await readText(response, mostBytes);
      return { status: response.status, body, challenge: response.headers.get("www-authenticate") };
    } catch (error) {
      if (timeout.signal.aborted && !signal.aborted)
        throw unreachable(`The Shelly at ${address} did not answer in time.`);
      throw error;
    } finally {
      timer[Symbol.dispose]();
    }
  }
}

/** @throws E_DEVICE_FAILED when it is longer than any device's answer */
async function readText(response: Response, mostBytes: number): Promise<string> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > mostBytes) {
      await reader?.cancel().catch(() => undefined);
      throw failed(`The answer of the Shelly has more than ${mostBytes} bytes.`);
    }
    parts.push(part.value);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

function accepted(status: number, body: string, path: string): string {
  if (status >= 200 && status < 300) return body;
  const details = { status, path: pathOf(path), rpcCode: rpcCodeOf(body) };
  if (status === 404 || details.rpcCode === -105 || details.rpcCode === 404) {
    throw new VatioError("E_DEVICE_REFUSED", `The Shelly does not know ${pathOf(path)}.`, { details });
  }
  throw new VatioError("E_DEVICE_FAILED", `The Shelly answered ${pathOf(path)} with the status ${status}.`, {
    retryable: true,
    details,
  });
}

function rpcCodeOf(body: string): number | undefined {
  const value = parsed(body);
  return isObject(value) && typeof value.code === "number" ? value.code : undefined;
}

function macOf(body: string): string | undefined {
  const value = parsed(body);
  return isObject(value) ? normalizedMac(value.mac) : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

const pathOf = (path: string): string => path.split("?", 1)[0] ?? path;

const unreachable = (message: string): VatioError =>
  new VatioError("E_NET_UNREACHABLE", `${message} Check that the hub can reach it.`, { retryable: true });

const unauthorized = (message: string): VatioError =>
  new VatioError("E_DEVICE_UNAUTHORIZED", message, { retryable: true });

const failed = (message: string): VatioError => new VatioError("E_DEVICE_FAILED", message, { retryable: true });
