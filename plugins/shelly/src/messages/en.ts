/** Words of the plugin in English. */
export const EN = {
  "shelly.description": "Plugs, relays and meters of Shelly, Gen1 to Gen4: readings over MQTT or HTTP, and switching",
  "shelly.config.ask.title": "Ask devices for details",
  "shelly.config.ask.description":
    "Asks each Shelly over MQTT for its name, model, firmware and full state when it appears",
  "shelly.config.gen1.title": "Gen1 devices",
  "shelly.config.gen1.description": "Listens to the topics of the first generation (shellies/…)",
  "shelly.config.history.title": "Fill gaps",
  "shelly.config.history.description":
    "After an interruption reads from energy meters what they wrote down themselves, minute by minute",
  "shelly.config.password.title": "Password of the devices",
  "shelly.config.password.description": "Only needed to read records of a device whose own page asks for a password",
  "shelly.config.gen1-user.title": "User name of Gen1 devices",
  "shelly.config.gen1-user.description": "As it is set in the device; newer devices always use admin",
  "shelly.config.silent.title": "Silent after",
  "shelly.config.silent.description":
    "A device that only posts over HTTP counts as disconnected after this time without a post",
  "shelly.setup.gen2.title": "Shelly Plus, Pro, Gen3 or Gen4",
  "shelly.setup.gen2.step1": "Open the page of the device in a browser (its IP address) and choose Settings, MQTT.",
  "shelly.setup.gen2.step2":
    "Turn on “Enable MQTT network”. Type server and port as “server:port”, and user and password as shown here.",
  "shelly.setup.gen2.step3": "Leave “MQTT prefix” and “Client ID” as they are.",
  "shelly.setup.gen2.step4": "Turn on “RPC status notifications over MQTT”.",
  "shelly.setup.gen2.step5": "Save and restart the device. It appears here within a minute.",
  "shelly.setup.gen1.title": "Shelly of the first generation",
  "shelly.setup.gen1.step1":
    "Open the page of the device in a browser (its IP address): Internet & Security, Advanced, Developer settings.",
  "shelly.setup.gen1.step2":
    "Turn on “Enable action execution via MQTT”. This ends its connection to the Shelly cloud.",
  "shelly.setup.gen1.step3":
    "Type server and port as “server:port”, and user and password as shown here. Set “Max QoS” to 1.",
  "shelly.setup.gen1.step4": "Save. The device restarts and appears here.",
  "shelly.setup.http.title": "Shelly that posts over HTTP",
  "shelly.setup.http.step1": "Create a token of the kind “ingest” under Settings.",
  "shelly.setup.http.step2":
    "In a script of the device, send the result of Shelly.GetStatus with POST to /api/v1/ingest/shelly, with the header Authorization: Bearer and the token.",
  "shelly.setup.http.step3": "A device that only posts can be read, but not switched from here.",
  "shelly.offline.connection": "The device lost its connection to the broker",
  "shelly.offline.silent": "Nothing was posted for {minutes|one=# minute;other=# minutes}",
  "shelly.rejected.too-large": "The payload of {bytes} bytes is too large",
  "shelly.rejected.not-text": "The payload is not text (UTF-8)",
  "shelly.rejected.not-json": "The payload is not JSON",
  "shelly.rejected.not-an-object": "The payload is JSON, but not an object",
  "shelly.rejected.not-a-frame": "The payload is not a notification of a Shelly: src, method or params is missing",
  "shelly.rejected.too-fast": "The device sends faster than instants can tell its values apart",
  "shelly.rejected.bad-src": "The name in src cannot be that of a Shelly",
  "shelly.rejected.foreign-src": "The message says it is from {src}, but its topic belongs to {topic}",
  "shelly.rejected.field": "{field} has the wrong type; the rest of the message was used",
  "shelly.rejected.energy-mismatch":
    "{channel} returned more energy than it counted in total: reset both counters of the channel together",
  "shelly.rejected.meter-failed": "The device says that the meter of {channel} has failed; its values were not used",
  "shelly.rejected.beyond-range": "The device says that it cannot measure so much: {field} was not used",
  "shelly.rejected.too-many": "A status with {components} measuring components is not from a Shelly",
  "shelly.rejected.too-many-channels": "{channel} was not used: a device has at most {most} channels",
  "shelly.rejected.coiot": "This is CoIoT, which Gen1 devices send without MQTT: turn on MQTT in the device",
  "shelly.rejected.mdns": "This is an answer of mDNS and holds no readings",
  "shelly.rejected.em-history":
    "This is a table of stored records, which is read from the device itself and not received",
  "shelly.rejected.http-challenge": "This is a request for a password over HTTP and holds no readings",
  "shelly.rejected.rpc-error": "The device answered with an error: {message} ({code})",
  "shelly.rejected.reply": "This is an answer to a request, on a topic for notifications",
  "shelly.rejected.gen1-status":
    "This is the status of a first-generation device, which sends it as shellies/<id>/info",
  "shelly.rejected.method-list": "This is a list of methods and holds no readings",
  "shelly.rejected.device-info": "This is a description of a device and holds no readings",
  "shelly.rejected.unknown-prefix":
    "No device is known yet whose topics begin with {prefix}; it was asked for its name",
  "shelly.rejected.unknown-id": "The device {id} has not told its MAC address yet; it was asked for it",
  "shelly.rejected.post-without-mac": "The post does not say in sys.mac which device sends it",
  "shelly.rejected.no-mac": "The announcement holds no MAC address",
  "shelly.rejected.bad-value": "{field} cannot be “{value}”",
  "shelly.ignored.nothing-metered": "Nothing in the message measures or switches",
  "shelly.ignored.half-energy": "{channel} sent only one of its two energy counters; the import is computed from both",
  "shelly.ignored.typed-power": "The device has no meter; its power is a number that was typed in",
  "shelly.ignored.invalid-meter": "The device marks its meter as not valid",
  "shelly.ignored.roller-energy": "The energy of a roller comes with its own topic",
  "shelly.ignored.since-report": "Energy since the last report; the running total is used instead",
} as const;
