import { describe, expect, it } from "vitest";
import { HttpApi } from "../../src/data/http.js";
import { HubError } from "../../src/data/hub-error.js";

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

function apiThatAnswers(status: number, body?: unknown) {
  const asked: Asked[] = [];
  const api = new HttpApi({
    fetch: (url, init = {}) => {
      asked.push({ url: String(url), init });
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return Promise.resolve(new Response(text ?? null, { status }));
    },
  });
  return { api, asked, header: (name: string) => new Headers(asked[0]?.init.headers).get(name) };
}

describe("HttpApi", () => {
  it("sends the CSRF token with changes only", async () => {
    const reading = apiThatAnswers(200, []);
    reading.api.csrf = "secret";
    await reading.api.get("/points");
    expect(reading.header("x-csrf-token")).toBeNull();
    const changing = apiThatAnswers(204);
    changing.api.csrf = "secret";
    await changing.api.delete("/devices/1");
    expect(changing.header("x-csrf-token")).toBe("secret");
  });

  it("repeats the name of a list and leaves out what is undefined", async () => {
    const { api, asked } = apiThatAnswers(200, {});
    await api.get("/last", { query: { target: ["a/b", "c"], from: 5, to: undefined } });
    expect(asked[0]?.url).toBe("/api/v1/last?target=a%2Fb&target=c&from=5");
  });

  it("turns the hub's error into one with code, status and details", async () => {
    const { api } = apiThatAnswers(422, {
      error: { code: "E_PASSWORD_WEAK", message: "no", retryable: false, details: { reason: "short" } },
    });
    await expect(api.post("/setup", {})).rejects.toMatchObject({
      code: "E_PASSWORD_WEAK",
      status: 422,
      details: { reason: "short" },
    });
  });

  it.each([
    [502, "<html>bad gateway</html>", "E_ANSWER_INVALID", true],
    [404, "", "E_ANSWER_INVALID", false],
    [500, '{"error":null}', "E_ANSWER_INVALID", true],
  ])("understands a proxy that answers %i with something else", async (status, body, code, retryable) => {
    const { api } = apiThatAnswers(status, body);
    await expect(api.get("/points")).rejects.toMatchObject({ code, retryable, status });
  });

  it("says when the hub cannot be reached", async () => {
    const api = new HttpApi({ fetch: () => Promise.reject(new TypeError("network")) });
    const error = await api.get("/points").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ code: "E_HUB_UNREACHABLE", retryable: true, status: 0 });
  });

  it("passes an abort on as it is", async () => {
    const api = new HttpApi({ fetch: () => Promise.reject(new DOMException("stop", "AbortError")) });
    await expect(api.get("/points")).rejects.toMatchObject({ name: "AbortError" });
  });

  it("tells of a lost session, but not of a wrong password", async () => {
    let lost = 0;
    const signedOut = apiThatAnswers(401, { error: { code: "E_SESSION_REQUIRED", message: "" } });
    signedOut.api.onSignedOut = () => lost++;
    await expect(signedOut.api.get("/points")).rejects.toThrow();
    const wrong = apiThatAnswers(401, { error: { code: "E_LOGIN_FAILED", message: "" } });
    wrong.api.onSignedOut = () => lost++;
    await expect(wrong.api.post("/session", {})).rejects.toThrow();
    expect(lost).toBe(1);
  });
});
