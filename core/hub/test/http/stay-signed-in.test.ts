import { createTestHub, TEST_PERSON, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";

interface Browser {
  /** What the hub set the cookie to, with its life in seconds; undefined when it set none. */
  get(path: string): Promise<{ status: number; cookie: string | undefined; maxAge: number | undefined }>;
  post(path: string, body: unknown): Promise<{ status: number; maxAge: number | undefined; headers: string }>;
}

const cookieOf = (answer: Response): { cookie: string | undefined; maxAge: number | undefined } => {
  const header = answer.headers.getSetCookie()[0];
  const seconds = /Max-Age=(\d+)/.exec(header ?? "")?.[1];
  return { cookie: header?.split(";")[0], maxAge: seconds === undefined ? undefined : Number(seconds) };
};

async function signIn(hub: TestHub, stay: boolean): Promise<Browser & { maxAge: number | undefined }> {
  const answer = await fetch(`${hub.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: hub.url },
    body: JSON.stringify({ ...TEST_PERSON, stay }),
  });
  const { csrf } = (await answer.json()) as { csrf: string };
  const { cookie = "", maxAge } = cookieOf(answer);
  const headers = { cookie, origin: hub.url, "x-csrf-token": csrf, "content-type": "application/json" };
  return {
    maxAge,
    async get(path) {
      const reply = await fetch(`${hub.url}/api/v1${path}`, { headers });
      return { status: reply.status, ...cookieOf(reply) };
    },
    async post(path, body) {
      const reply = await fetch(`${hub.url}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      return { status: reply.status, headers: reply.headers.getSetCookie().join(), ...cookieOf(reply) };
    },
  };
}

const DAY = 86_400;

describe("a person who stays signed in", () => {
  it("keeps the cookie as long as the session lives, once a day at most", async () => {
    await using hub = await createTestHub();
    const browser = await signIn(hub, true);
    expect(browser.maxAge).toBe(30 * DAY);
    await browser.get("/me");
    await hub.advance("2 h");
    expect((await browser.get("/me")).cookie).toBeUndefined();
    await hub.advance("25 h");
    expect(await browser.get("/me")).toMatchObject({ status: 200, maxAge: 30 * DAY });
    expect((await browser.get("/me")).cookie).toBeUndefined();
    for (let age = 27; age < 24 * 60; age += 24 * 20) {
      await hub.advance(`${24 * 20} h`);
      expect(await browser.get("/session")).toMatchObject({ status: 200, maxAge: 30 * DAY });
    }
    await hub.advance(`${24 * 31} h`);
    expect((await browser.get("/me")).status).toBe(401);
  });

  it("stays signed in when the password changes", async () => {
    await using hub = await createTestHub();
    const browser = await signIn(hub, true);
    const changed = await browser.post("/me/password", { old: TEST_PERSON.password, next: "another long sentence" });
    expect(changed).toMatchObject({ status: 200, maxAge: 30 * DAY });
  });
});

describe("a person who does not", () => {
  it("has a cookie that ends with the browser, whatever happens to the session", async () => {
    await using hub = await createTestHub();
    const browser = await signIn(hub, false);
    expect(browser.maxAge).toBeUndefined();
    for (let day = 0; day < 3; day++) {
      await hub.advance("11 h");
      expect(await browser.get("/session")).toEqual({ status: 200, cookie: undefined, maxAge: undefined });
    }
    const changed = await browser.post("/me/password", { old: TEST_PERSON.password, next: "another long sentence" });
    expect(changed).toMatchObject({ status: 200, maxAge: undefined });
    await hub.advance("13 h");
    expect((await browser.get("/me")).status).toBe(401);
  });
});
