import { CORE_MESSAGES, LANGUAGES, MessageCatalogue } from "@vatio/model";
import { describe, expect, it } from "vitest";
import { explainBrokerProblem } from "../../src/mqtt/broker-problem.js";

const catalogue = new MessageCatalogue();
catalogue.set("core", CORE_MESSAGES);
const endpoint = {
  host: "broker.example",
  port: 8883,
  secure: true,
  url: "mqtts://broker.example:8883",
  clientId: "vatio",
};
const shown = { issuer: "Home CA", names: "other.example", validFrom: "Jan 1 2026 GMT", validTo: "Feb 1 2026 GMT" };

describe("explainBrokerProblem", () => {
  it.each([
    [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, "broker.certificate-authority"],
    [{ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, "broker.certificate-authority"],
    [{ code: "SELF_SIGNED_CERT_IN_CHAIN" }, "broker.certificate-authority"],
    [{ code: "CERT_HAS_EXPIRED" }, "broker.certificate-expired"],
    [{ code: "CERT_NOT_YET_VALID" }, "broker.certificate-future"],
    [{ code: "ERR_TLS_CERT_ALTNAME_INVALID" }, "broker.certificate-name"],
    [{ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" }, "broker.client-certificate"],
    [{ code: "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA" }, "broker.client-certificate"],
    [{ code: "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE" }, "broker.client-certificate"],
    [{ code: "ERR_SSL_WRONG_VERSION_NUMBER" }, "broker.no-tls"],
    [{ code: "ERR_SSL_UNSUPPORTED_PROTOCOL" }, "broker.tls"],
    [{ code: "ECONNREFUSED" }, "broker.nobody-listens"],
    [{ code: "ENOTFOUND" }, "broker.unknown-host"],
    [{ code: "ETIMEDOUT" }, "broker.no-answer"],
    [new Error("connack timeout"), "broker.no-answer"],
    [new Error("Keepalive timeout"), "broker.no-answer"],
    [{ code: 4 }, "broker.login"],
    [{ code: 135 }, "broker.login"],
    [{ code: 2 }, "broker.client-id"],
    [{ code: 142 }, "broker.taken-over"],
    [{ code: 1 }, "broker.protocol-version"],
    [{ code: 137 }, "broker.unavailable"],
    [{ code: 151 }, "broker.refused"],
    [{ code: "ECONNRESET" }, "broker.closed-tls"],
    [undefined, "broker.closed-tls"],
    ["odd", "broker.closed-tls"],
  ])("%o: %s", (problem, key) => {
    const why = explainBrokerProblem(endpoint, problem, { shown, secured: true });
    expect(why.key).toBe(key);
    for (const language of LANGUAGES) {
      const words = catalogue.render(why, language);
      expect(words).not.toBe(key);
      expect(words).not.toMatch(/[{}]/);
    }
  });

  it("knows a connection that went before it was encrypted, and one without encryption", () => {
    expect(explainBrokerProblem(endpoint, undefined).key).toBe("broker.no-tls");
    expect(explainBrokerProblem({ ...endpoint, secure: false }, undefined).key).toBe("broker.closed");
  });
});
