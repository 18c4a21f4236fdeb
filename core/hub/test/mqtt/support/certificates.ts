import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "./mosquitto.js";

/** A certificate with its key, as files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate authority of this test alone, made by the openssl program. */
export class TestAuthority {
  readonly cert: string;
  readonly #key: string;
  readonly #folder = temporaryFolder();
  readonly #program: string;

  constructor(program: string, name: string) {
    this.#program = program;
    this.cert = path.join(this.#folder, "ca.crt");
    this.#key = path.join(this.#folder, "ca.key");
    this.#run(["req", "-x509", ...KEY, "-keyout", this.#key, "-out", this.cert, "-subj", `/CN=${name}`, "-days", "30"]);
  }

  /** Issues a certificate. @param names such as `DNS:localhost` @param days that it is valid; negative: it has expired */
  issue(commonName: string, names: readonly string[], days = 30): CertificateFiles {
    const file = (end: string): string => path.join(this.#folder, `${commonName}.${end}`);
    writeFileSync(file("ext"), `subjectAltName=${names.join(",")}\n`);
    this.#run(["req", ...KEY, "-keyout", file("key"), "-out", file("csr"), "-subj", `/CN=${commonName}`]);
    const from = ["-CA", this.cert, "-CAkey", this.#key, "-CAcreateserial", "-extfile", file("ext")];
    this.#run(["x509", "-req", "-in", file("csr"), "-out", file("crt"), "-days", String(days), ...from]);
    return { cert: file("crt"), key: file("key") };
  }

  #run(args: readonly string[]): void {
    execFileSync(this.#program, [...args], { stdio: "pipe" });
  }
}
