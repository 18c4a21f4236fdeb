import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TokenScope, User } from "../../../src/auth/types.js";
import type { BootConfig } from "../../../src/config/types.js";
import { createHttpServer } from "../../../src/http/index.js";
import { createTestServices, type TestServices, testConfig, userIdOf } from "./test-services.js";

/** Somebody who asks: the headers that prove it. */
export interface TestClient {
  readonly headers: Readonly<Record<string, string>>;
  /** Asks below `/api/v1`; a body is sent as JSON. */
  api(method: string, path: string, body?: unknown): Promise<TestAnswer>;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** Code of the error, when it is one. */
  readonly code: string | undefined;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly services: TestServices;
  readonly uiRoot: string;
  readonly anonymous: TestClient;
  person(role: User["role"]): Promise<TestClient>;
  machine(scope: TokenScope): Promise<TestClient>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly http?: Partial<BootConfig["http"]>;
  readonly people?: boolean;
}

/** The real server on a free port. Every answer is checked against its schema. */
export async function startTestServer({ http, people = true }: TestServerOptions = {}): Promise<TestServer> {
  const services = await createTestServices({ people });
  const uiRoot = await mkdtemp(path.join(tmpdir(), "vatio-ui-"));
  const server = createHttpServer({ config: testConfig(http), services, uiRoot, checkResponses: true });
  const { port } = await server.start();
  const url = `http://127.0.0.1:${port}`;
  const client = (headers: Readonly<Record<string, string>>): TestClient => ({
    headers,
    api: (method, route, body) => ask(`${url}/api/v1${route}`, { method, headers, body }),
  });
  return {
    url,
    port,
    services,
    uiRoot,
    anonymous: client({}),
    async person(role) {
      const { token, session } = await services.accounts.loginWithLink(
        await services.accounts.createLoginLink(userIdOf(role)),
        "127.0.0.1",
      );
      return client({ cookie: `vatio_session=${token}`, "x-csrf-token": session.csrf, origin: url });
    },
    async machine(scope) {
      const { secret } = await services.accounts.createToken(`test ${scope}`, scope);
      return client({ authorization: `Bearer ${secret}` });
    },
    async close() {
      await server.stop();
      await services.close();
      await rm(uiRoot, { recursive: true });
    },
  };
}

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Asks and reads the answer, JSON or not. */
export async function ask(url: string, { method, headers, body }: Asked): Promise<TestAnswer> {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: "manual",
  });
  const text = await response.text();
  const parsed = response.headers.get("content-type")?.startsWith("application/json")
    ? (JSON.parse(text) as unknown)
    : text;
  return { status: response.status, headers: response.headers, body: parsed, code: codeOf(parsed) };
}

const codeOf = (body: unknown): string | undefined =>
  (body as { readonly error?: { readonly code?: string } } | null)?.error?.code;
