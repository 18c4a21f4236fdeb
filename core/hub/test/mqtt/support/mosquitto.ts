import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { until } from "./settle.js";

/** A folder that goes when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "vatio-mqtt-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port of the loopback that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A real Mosquitto of this test alone. */
export class Mosquitto {
  readonly port: number;
  readonly #program: string;
  readonly #config: string;
  #process: ChildProcess | undefined;

  private constructor(program: string, port: number, config: string) {
    this.#program = program;
    this.port = port;
    this.#config = config;
  }

  /**
   * Starts one with a listener on a free port of the loopback.
   * @param lines of its configuration; without any, everybody may do everything
   * @param users with their passwords
   */
  static async start(
    program: string,
    lines: readonly string[] = [],
    users: Readonly<Record<string, string>> = {},
  ): Promise<Mosquitto> {
    const folder = temporaryFolder();
    const port = await freePort();
    const passwords = path.join(folder, "passwords");
    for (const [i, [user, password]] of Object.entries(users).entries())
      execFileSync("mosquitto_passwd", ["-b", ...(i === 0 ? ["-c"] : []), passwords, user, password]);
    const config = path.join(folder, "mosquitto.conf");
    const own = [
      `listener ${port} 127.0.0.1`,
      "persistence true",
      `persistence_location ${folder}/`,
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      ...(Object.keys(users).length > 0
        ? ["allow_anonymous false", `password_file ${passwords}`]
        : ["allow_anonymous true"]),
    ];
    writeFileSync(config, `${[...own, ...lines].join("\n")}\n`);
    const mosquitto = new Mosquitto(program, port, config);
    onTestFinished(() => mosquitto.stop());
    await mosquitto.run();
    return mosquitto;
  }

  async run(): Promise<void> {
    const started = spawn(this.#program, ["-c", this.#config], { stdio: "ignore" });
    this.#process = started;
    await until(() => answers(this.port), "Mosquitto listens");
  }

  /** Ends it in order: it writes what it holds to the disk first. */
  async stop(): Promise<void> {
    const ending = this.#process;
    this.#process = undefined;
    if (!ending || ending.exitCode !== null) return;
    ending.kill("SIGTERM");
    await once(ending, "exit");
  }
}
