#!/usr/bin/env node
// The way in: start, demo, test, bench, check and build. It runs on a fresh clone with nothing installed, and this
// file must be understood even by a Node that is too old, so that it can say so.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Vatio needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  console.error("Install a current version from https://nodejs.org or with your package manager, then try again.");
  process.exitCode = 1;
} else {
  import("./run/main.mjs").then(
    ({ main }) => main(process.argv.slice(2)),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
