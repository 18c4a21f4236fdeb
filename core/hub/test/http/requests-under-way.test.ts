import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { RequestsUnderWay } from "../../src/http/requests-under-way.js";

const server = createServer();
let underWay: RequestsUnderWay;
let answers: ServerResponse[];

beforeEach(async () => {
  answers = [];
  underWay = new RequestsUnderWay(server);
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => void answers.push(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.removeAllListeners("request");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Two requests on one connection, the second before the first is answered. */
async function askTwice(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2));
  while (answers.length < 2) await once(server, "request");
  return socket;
}

it("has a request under way until its answer is out", async () => {
  const socket = await askTwice();
  expect(underWay.size).toBe(2);
  for (const answer of answers) answer.end();
  await underWay.none();
  expect(underWay.size).toBe(0);
  socket.destroy();
});

it("gives up with a connection what waited on it, also behind another answer", async () => {
  const socket = await askTwice();
  socket.destroy();
  await underWay.none();
  expect(underWay.size).toBe(0);
});
