import { describeFuzz } from "./support/describe-fuzz.js";
import { fuzzHttpBytes } from "./support/http-bytes-run.js";
import { httpEntries } from "./support/http-entries.js";
import { fuzzHttpSocket } from "./support/http-socket-run.js";
import { SOCKET_RUNS } from "./support/runs.js";

describeFuzz("bytes on the HTTP port", { entries: () => [{ name: "HTTP port: bytes" }], fuzz: fuzzHttpBytes });

// The bulk goes in without a socket; a part of it comes through one, so that nothing hides in between.
describeFuzz("garbage over real HTTP connections", {
  entries: httpEntries,
  fuzz: fuzzHttpSocket,
  runs: () => SOCKET_RUNS,
});
