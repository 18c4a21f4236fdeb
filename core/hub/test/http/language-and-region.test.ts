import { createTestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";

const answers = {
  ...{ name: "Ana", password: "correct horse battery", zone: "America/Mexico_City", currency: "MXN" },
  ...{ siteName: "Home", nominalVoltage: 127, phases: 3 },
};

describe("language and region", () => {
  it("are two choices, from set-up on", async () => {
    await using hub = await createTestHub({ setUp: false });
    const setUp = (body: object): Promise<Response> =>
      fetch(`${hub.url}/api/v1/setup`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: hub.url },
        body: JSON.stringify({ ...answers, code: hub.parts.accounts.setupCode, ...body }),
      });
    const refused = await setUp({ language: "en", region: "not a tag" });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: "E_REGION_INVALID" } });
    expect(hub.parts.accounts.needsSetup).toBe(true);

    const made = await setUp({ language: "en", region: "es-MX" });
    expect(await made.json()).toMatchObject({ user: { language: "en", region: "es-MX" } });
    expect(hub.parts.sites.first()).toMatchObject({ language: "en", region: "es-MX" });
  });

  it("change one without the other", async () => {
    await using hub = await createTestHub();
    const change = async (body: object) => {
      const answer = await hub.request("/api/v1/me", { method: "PATCH", body });
      return { status: answer.status, body: (await answer.json()) as object };
    };
    expect(await change({ region: "en-MX" })).toMatchObject({ status: 200, body: { language: "en", region: "en-MX" } });
    expect(await change({ language: "es" })).toMatchObject({ status: 200, body: { language: "es", region: "en-MX" } });
    for (const region of ["", "x", "not a tag", "en_MX_", "123"]) expect((await change({ region })).status).toBe(400);
    expect(await (await hub.request("/api/v1/me")).json()).toMatchObject({ language: "es", region: "en-MX" });
    const site = hub.parts.sites.first()?.id ?? "";
    const moved = await hub.request(`/api/v1/sites/${site}`, { method: "PATCH", body: { region: "nowhere at all" } });
    expect(await moved.json()).toMatchObject({ error: { code: "E_REGION_INVALID" } });
  });
});
