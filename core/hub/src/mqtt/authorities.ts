import { readFile } from "node:fs/promises";
import tls from "node:tls";

/** Where systems keep the authorities that they trust (Debian, Fedora, openSUSE, Alpine and macOS). */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Of `node:tls` from Node.js 22.15 on. */
type ReadSystemStore = (type: "system") => string[];

/**
 * The certificate authorities that this system trusts, as PEM: those of Node.js and those of the operating system, where people install
 * their own. Node.js reads the latter by itself only from version 22.15 on; before, the usual files are read.
 * @param env `SSL_CERT_FILE` names another file than the system's, as OpenSSL has it
 */
export async function systemAuthorities(env: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  return [...tls.rootCertificates, ...(await ofTheSystem(env.SSL_CERT_FILE))];
}

async function ofTheSystem(named: string | undefined): Promise<readonly string[]> {
  if (named === undefined && "getCACertificates" in tls) return (tls.getCACertificates as ReadSystemStore)("system");
  for (const file of named === undefined ? BUNDLES : [named]) {
    const pem = await readFile(file, "utf8").catch(() => undefined);
    if (pem !== undefined) return [pem];
  }
  return [];
}
