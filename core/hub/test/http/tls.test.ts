import { readFileSync } from "node:fs";
import { request } from "node:https";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { findProgram } from "../../../../test/support/programs.js";
import { describeWith } from "../../../../test/support/requirement.js";
import { TestAuthority } from "../mqtt/support/certificates.js";
import { startTestServer } from "./support/test-server.js";
import { userIdOf } from "./support/test-services.js";

const openssl = { found: findProgram("openssl"), remedy: "openssl is missing: install the package openssl." };

describeWith(openssl, "with a certificate of its own", (program) => {
  it("the hub speaks https and wss, binds the cookie to the host, and asks browsers to stay", async () => {
    const authority = new TestAuthority(program, "Test");
    const server = await startTestServer({
      http: { tls: authority.issue("localhost", ["DNS:localhost", "IP:127.0.0.1"]) },
    });
    const ca = readFileSync(authority.cert);
    const link = await server.services.accounts.createLoginLink(userIdOf("viewer"));
    const signedIn = await post(server.port, ca, { link });
    expect(signedIn.status).toBe(200);
    expect(signedIn.cookie).toMatch(/^__Host-vatio_session=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    expect(signedIn.hsts).toBe("max-age=31536000");

    const cookie = signedIn.cookie.split(";")[0] ?? "";
    const socket = new WebSocket(`wss://localhost:${server.port}/api/v1/live`, {
      ca,
      headers: { cookie, origin: `https://localhost:${server.port}` },
    });
    const hello = await new Promise((resolve, reject) =>
      socket.once("message", (data) => resolve(JSON.parse(String(data)))).once("error", reject),
    );
    expect(hello).toMatchObject({ type: "hello", seq: 1 });
    socket.close();
    await server.close();
  });
});

interface Answer {
  readonly status: number;
  readonly cookie: string;
  readonly hsts: string | undefined;
}

function post(port: number, ca: Buffer, body: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", origin: `https://localhost:${port}` };
    const sent = request(
      { host: "localhost", port, ca, method: "POST", path: "/api/v1/session/link", headers },
      (response) => {
        response.resume();
        const { "set-cookie": cookies, "strict-transport-security": hsts } = response.headers;
        resolve({ status: response.statusCode ?? 0, cookie: cookies?.[0] ?? "", hsts });
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify(body));
  });
}
