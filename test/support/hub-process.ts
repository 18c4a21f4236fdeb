import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

// The process runs in a folder of its own, from which nothing can be resolved.
const tsxLoader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** `npm test` has built the packages: then the hub runs as its users run it, and starts much faster. */
const isBuilt = process.env.VATIO_BUILT === "1";

/** What Node gets to run the command line. */
const hubArguments = isBuilt
  ? ["--enable-source-maps", path.join(repository, "core/app/dist/cli.js")]
  : [
      "--import",
      tsxLoader,
      "--conditions=source",
      "--enable-source-maps",
      path.join(repository, "core/app/src/cli.ts"),
    ];

/** A free TCP port of the loopback interface. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("No port.")),
      );
    });
  });
}

/** A command of the command line, started. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** Settles with what it printed and its exit code; null when it was killed. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Runs a command of the command line in a process of its own. */
export function startCommand(command: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCommand {
  const child = spawn(process.execPath, [...hubArguments, ...command], {
    cwd: os.tmpdir(),
    env: { ...process.env, NODE_PATH: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, output })),
  );
  return { child, ended };
}

/** What a signed-in person can do over HTTP. */
export type ApiClient = <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;

/** How a hub process is started. */
export interface HubProcessOptions {
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The hub as a process of its own, run from source, in a folder of its own: it can be killed as nobody kills an object. */
export class HubProcess {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), "vatio-test-"));
  readonly #options: HubProcessOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<number | null> = Promise.resolve(null);
  #output = "";
  httpPort = 0;
  mqttPort = 0;

  constructor(options: HubProcessOptions = {}) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.mqttPort}`;
  }

  /** All that the hub printed, since the first start. */
  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process without waiting for it to be ready. Ports stay the same over restarts. */
  async spawn(): Promise<void> {
    this.httpPort ||= await freePort();
    this.mqttPort ||= await freePort();
    const env = {
      ...process.env,
      UV_THREADPOOL_SIZE: "8",
      VATIO_DATA: path.join(this.folder, "data"),
      VATIO_BIND: "127.0.0.1",
      VATIO_HTTP_PORT: String(this.httpPort),
      VATIO_MQTT_PORT: String(this.mqttPort),
      ...this.#options.env,
    };
    const child = spawn(process.execPath, [...hubArguments, ...(this.#options.command ?? ["start"])], {
      cwd: this.folder,
      env: { ...env, NODE_PATH: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.#remember(text));
    this.#exited = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
    this.#child = child;
  }

  async start(): Promise<void> {
    await this.spawn();
    await this.ready();
  }

  /** Waits until the hub says that it is ready. */
  async ready(withinMs = 30_000): Promise<void> {
    const end = Date.now() + withinMs;
    while (Date.now() < end) {
      if (this.#child?.exitCode !== null) break;
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(30);
    }
    throw new Error(`The hub did not become ready. It said:\n${this.#output.slice(-4_000)}`);
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#exited;
  }

  /** Asks it to stop, as a service manager does. @returns its exit code. */
  async stop(): Promise<number | null> {
    this.#child?.kill("SIGTERM");
    return this.#exited;
  }

  /** The code that the log prints for the first person. */
  setupCode(): Promise<string> {
    return this.#waitFor(/[A-Z2-9]{4}-[A-Z2-9]{4}/);
  }

  /** The account with which devices introduce themselves, as the signed-in page sees it. */
  onboarding(page: {
    evaluate<T>(run: () => Promise<T>): Promise<T>;
  }): Promise<{ username: string; password: string }> {
    return page.evaluate(async () => (await fetch("/api/v1/devices/setup")).json());
  }

  /** Answers the set-up questions with the code from the log and signs in. */
  async setUp(password = "correct horse battery"): Promise<ApiClient> {
    const code = await this.setupCode();
    await this.#call({}, "POST", "/api/v1/setup", {
      code,
      name: "Ana",
      password,
      language: "en",
      region: "en-US",
      zone: "America/Mexico_City",
      currency: "MXN",
      siteName: "Casa",
      nominalVoltage: 127,
      phases: 3,
    });
    return this.signIn("Ana", password);
  }

  async signIn(name: string, password: string): Promise<ApiClient> {
    const answer = await fetch(`${this.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: this.url },
      body: JSON.stringify({ name, password }),
    });
    if (!answer.ok) throw new Error(`Signing in failed: ${answer.status} ${await answer.text()}`);
    const cookie = answer.headers
      .getSetCookie()
      .map((header) => header.split(";")[0])
      .join("; ");
    const { csrf } = (await answer.json()) as { csrf: string };
    return (method, path, body) => this.#call({ cookie, "x-csrf-token": csrf }, method, path, body);
  }

  /** Ends the process and takes its folder away. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #remember(text: string): void {
    this.#output += text;
  }

  async #waitFor(pattern: RegExp): Promise<string> {
    for (let tries = 0; tries < 200; tries++) {
      const found = pattern.exec(this.#output)?.[0];
      if (found) return found;
      await sleep(25);
    }
    throw new Error(`The hub never printed ${pattern}. It said:\n${this.#output.slice(-4_000)}`);
  }

  async #call<T>(headers: Record<string, string>, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...headers, origin: this.url, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
}
