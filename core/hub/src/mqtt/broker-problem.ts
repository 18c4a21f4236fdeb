import { connect, type DetailedPeerCertificate } from "node:tls";
import { type Text, text } from "@vatio/plugin-api";
import type { BrokerEndpoint } from "./broker-endpoint.js";

/** What a TLS server showed of itself. */
export interface ShownCertificate {
  readonly issuer: string;
  readonly names: string;
  readonly validFrom: string;
  readonly validTo: string;
}

const UNKNOWN_AUTHORITY = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_UNTRUSTED",
  "CERT_SIGNATURE_FAILURE",
  "INVALID_CA",
]);

/** Keys of the core catalogue by error code of Node.js and OpenSSL, where nothing else needs to be known. */
const KEY_OF_CODE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "broker.certificate-expired",
  CERT_NOT_YET_VALID: "broker.certificate-future",
  ERR_TLS_CERT_ALTNAME_INVALID: "broker.certificate-name",
  ERR_SSL_WRONG_VERSION_NUMBER: "broker.no-tls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "broker.no-tls",
  ECONNREFUSED: "broker.nobody-listens",
  ENOTFOUND: "broker.unknown-host",
  EAI_AGAIN: "broker.unknown-host",
  ETIMEDOUT: "broker.no-answer",
  EHOSTUNREACH: "broker.no-answer",
  ENETUNREACH: "broker.no-answer",
};

/** Keys by the reason code of CONNACK or DISCONNECT: MQTT 3.1.1 section 3.2.2.3 (below 128), MQTT 5 sections 3.2.2.2 and 3.14.2.1. */
const KEY_OF_REASON: Readonly<Record<number, string>> = {
  1: "broker.protocol-version",
  2: "broker.client-id",
  3: "broker.unavailable",
  4: "broker.login",
  5: "broker.login",
  132: "broker.protocol-version",
  133: "broker.client-id",
  134: "broker.login",
  135: "broker.login",
  136: "broker.unavailable",
  137: "broker.unavailable",
  138: "broker.banned",
  139: "broker.unavailable",
  142: "broker.taken-over",
};

/** The alerts with which a broker refuses the certificate that the hub shows, or does not show. */
const CLIENT_CERTIFICATE_ALERT = /_ALERT_(BAD_|UNSUPPORTED_)?(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|DECRYPT_ERROR)/;

/** Reason codes that mean: not this version of the protocol. */
export const isVersionRefusal = (reason: unknown): boolean => reason === 1 || reason === 132;

/** Whether an error is about the certificate that the broker shows, so that looking at it explains more. */
export const isAboutCertificate = (code: unknown): boolean =>
  typeof code === "string" &&
  (UNKNOWN_AUTHORITY.has(code) || (KEY_OF_CODE[code]?.startsWith("broker.certificate") ?? false));

/** What else is known of an attempt to connect. */
export interface AttemptFacts {
  /** The encrypted connection stood before it went. */
  readonly secured?: boolean;
  readonly shown?: ShownCertificate | undefined;
}

/** Why there is no connection to a broker, as a sentence that says what to do. */
export function explainBrokerProblem(endpoint: BrokerEndpoint, problem: unknown, facts: AttemptFacts = {}): Text {
  const { shown, secured = false } = facts;
  const { code, message } = readError(problem);
  const { url, clientId, serverName, host } = endpoint;
  const params = {
    url,
    clientId,
    host: serverName ?? host,
    issuer: shown?.issuer ?? "?",
    names: shown?.names ?? "?",
    validFrom: shown?.validFrom ?? "?",
    validTo: shown?.validTo ?? "?",
    detail: typeof code === "string" ? code : message.slice(0, 200),
  };
  return text(keyOf({ code, message, secure: endpoint.secure, secured }), params);
}

interface ProblemFacts {
  readonly code: string | number | undefined;
  readonly message: string;
  readonly secure: boolean;
  readonly secured: boolean;
}

function keyOf({ code, message, secure, secured }: ProblemFacts): string {
  if (typeof code === "number") return KEY_OF_REASON[code] ?? "broker.refused";
  if (code !== undefined && UNKNOWN_AUTHORITY.has(code)) return "broker.certificate-authority";
  const known = code === undefined ? undefined : KEY_OF_CODE[code];
  if (known) return known;
  if (CLIENT_CERTIFICATE_ALERT.test(code ?? "")) return "broker.client-certificate";
  if (/timeout/i.test(message)) return "broker.no-answer";
  if (code?.startsWith("ERR_SSL") || code === "EPROTO") return "broker.tls";
  if (!secure) return "broker.closed";
  return secured ? "broker.closed-tls" : "broker.no-tls";
}

function readError(problem: unknown): { readonly code: string | number | undefined; readonly message: string } {
  const { code, message } =
    typeof problem === "object" && problem !== null ? (problem as { code?: unknown; message?: unknown }) : {};
  return {
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    message: typeof message === "string" ? message : "",
  };
}

const LOOK_TIMEOUT_MS = 5_000;

/**
 * Looks at the certificate that a server shows, without trusting it and without sending anything: only to explain why it was refused.
 */
export function lookAtCertificate({ host, port, serverName }: BrokerEndpoint): Promise<ShownCertificate | undefined> {
  return new Promise((found) => {
    const servername = serverName ?? (/^[\d.]+$|:/.test(host) ? undefined : host);
    const socket = connect({ host, port, rejectUnauthorized: false, ...(servername !== undefined && { servername }) });
    const finish = (certificate?: DetailedPeerCertificate): void => {
      found(certificate && describe(certificate));
      socket.destroy();
    };
    socket.setTimeout(LOOK_TIMEOUT_MS, () => finish());
    socket.once("secureConnect", () => finish(socket.getPeerCertificate(true)));
    socket.on("error", () => finish());
    socket.once("close", () => finish());
  });
}

function describe(certificate: DetailedPeerCertificate): ShownCertificate | undefined {
  if (!certificate.subject) return undefined;
  let top = certificate;
  while (top.issuerCertificate && top.issuerCertificate.fingerprint256 !== top.fingerprint256)
    top = top.issuerCertificate;
  const issuer = [top.issuer.CN, top.issuer.O].flat().find((name) => name !== undefined);
  const names =
    certificate.subjectaltname?.replaceAll(/(DNS|IP Address):/g, "") ?? [certificate.subject.CN].flat().join(", ");
  const clip = (words: string): string => words.slice(0, 200);
  return {
    issuer: clip(issuer ?? "?"),
    names: clip(names),
    validFrom: certificate.valid_from,
    validTo: certificate.valid_to,
  };
}
