import { describeFuzz } from "./support/describe-fuzz.js";
import { fuzzFrames } from "./support/frame-run.js";
import { socketEntries } from "./support/socket-entries.js";
import { fuzzSocket } from "./support/socket-run.js";

describeFuzz("garbage in frames of WebSockets", { entries: socketEntries, fuzz: fuzzSocket });

describeFuzz("bytes that break the rules of WebSockets", {
  entries: () => [{ name: "live: bytes of frames" }],
  fuzz: fuzzFrames,
});
