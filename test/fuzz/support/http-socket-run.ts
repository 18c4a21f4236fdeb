import { Agent, request } from "node:http";
import type { HttpEntry } from "./http-entries.js";
import type { HttpInput } from "./http-inputs.js";
import { type HttpAnswer, HttpRun } from "./http-run.js";
import { SOCKET_RUNS } from "./runs.js";
import type { Tally } from "./tally.js";
import type { World } from "./world.js";

/** Sends generated requests to one entry point over real connections. */
export async function fuzzHttpSocket(world: World, entry: HttpEntry): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const run = new HttpRun(world, entry, (input) => sendOver(agent, world.hub.url, input));
  await run.phase(Math.ceil(SOCKET_RUNS / 2), false);
  await run.phase(Math.ceil(SOCKET_RUNS / 2), true);
  agent.destroy();
  await run.end();
  return run.tally;
}

function sendOver(agent: Agent, url: string, { method, target, headers, body }: HttpInput): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, hostname, port, method, path: target || "/", headers: sendable(headers) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: new Headers(
              Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
                values.map((value): [string, string] => [name, value]),
              ),
            ),
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    sent.on("error", reject);
    // Node announces no length for every method, and the body would look like the next request.
    if (body !== undefined) sent.setHeader("content-length", body.length);
    sent.end(body);
  });
}

/** Lengths that are not true are for the bytes of the port: here they would only confuse the client. */
const sendable = (headers: HttpInput["headers"]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "content-length"));
