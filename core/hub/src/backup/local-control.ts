import { chmod, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { type Actor, type Log, Type, VatioError } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import type { CounterTable } from "../counters.js";
import { IN_MEMORY } from "../store/duckdb.js";
import type { BackupService } from "./service-types.js";
import type { BackupInfo } from "./types.js";

/** The socket in the data folder. Whoever may use the folder may use it: he could read the data itself as well. */
const SOCKET = "control.sock";
/** Longest path that every system takes for a socket. */
const LONGEST_PATH = 100;
const LONGEST_LINE = 8_192;
const MOST_CONNECTIONS = 4;

const CLI: Actor = { kind: "hub", id: "cli" };

const Ask = Type.Object(
  { command: Type.Enum(["backup"]), folder: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })) },
  { additionalProperties: false },
);

type Answer =
  | { readonly made: BackupInfo }
  | { readonly error: { readonly code: VatioError["code"]; readonly message: string } };

/** What the socket needs. */
export interface LocalControlOptions {
  /** The data folder. */
  readonly data: string;
  readonly backups: Pick<BackupService, "make">;
  readonly counters: CounterTable;
  readonly log: Log;
}

const socketOf = (data: string): string => path.join(data, SOCKET);

/** Lets the command line ask the running hub for a backup, through a socket that only the hub's own user can open. */
export class LocalControl {
  readonly #options: LocalControlOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: LocalControlOptions) {
    this.#options = options;
  }

  /** Listens. A system or file system without such sockets is no reason not to start. */
  async start(): Promise<void> {
    const { data, log } = this.#options;
    const file = socketOf(data);
    if (data === IN_MEMORY || file.length > LONGEST_PATH) return;
    try {
      // The databases are open: no other hub listens there.
      await rm(file, { force: true });
      await this.#listen(file);
      await chmod(file, 0o600);
    } catch (error) {
      log.warn("The command line cannot reach this hub: there is no socket in the data folder.", {
        reason: String(error),
      });
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #listen(file: string): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    server.maxConnections = MOST_CONNECTIONS;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(file, () => {
        server.off("error", reject);
        server.on("error", () => this.#options.counters.add("backup", "control-failed", "socket"));
        resolve();
      });
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setEncoding("utf8");
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    let text = "";
    const take = (piece: string): void => {
      text += piece;
      if (text.length <= LONGEST_LINE && !text.includes("\n")) return;
      socket.off("data", take);
      void this.#answer(text).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
    };
    socket.on("data", take);
  }

  async #answer(text: string): Promise<Answer> {
    try {
      const ask: unknown = JSON.parse(text);
      if (!Value.Check(Ask, ask))
        throw new VatioError("E_INPUT_INVALID", "The hub does not know this command. Are both of one version?");
      return { made: await this.#options.backups.make(CLI, ask.folder) };
    } catch (error) {
      const { code, message } =
        error instanceof SyntaxError
          ? new VatioError("E_INPUT_INVALID", "This is no command.")
          : VatioError.from(error);
      this.#options.counters.add("backup", "control-refused", code);
      return { error: { code, message } };
    }
  }
}

/**
 * Asks the hub that runs on a data folder for a backup. Waits until it is made and tried.
 * @returns undefined when no hub listens there
 * @throws what the hub throws; E_BACKUP_FAILED when it goes away meanwhile
 */
export async function askRunningHub(data: string, folder?: string): Promise<BackupInfo | undefined> {
  const socket = await open(socketOf(data));
  if (!socket) return undefined;
  socket.write(`${JSON.stringify({ command: "backup", ...(folder === undefined ? {} : { folder }) })}\n`);
  for await (const line of createInterface({ input: socket })) {
    const answer = JSON.parse(line) as Answer;
    if ("made" in answer) return answer.made;
    throw new VatioError(answer.error.code, answer.error.message);
  }
  throw new VatioError("E_BACKUP_FAILED", "The hub ended before the backup was made. Start it, and try again.");
}

function open(file: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    if (file.length > LONGEST_PATH) return resolve(undefined);
    const socket = connect(file);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}
