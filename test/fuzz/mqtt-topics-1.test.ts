import { describeMqttFuzz } from "./support/mqtt-suite.js";
import { MQTT_SHARES } from "./support/shares.js";

describeMqttFuzz(MQTT_SHARES["mqtt-topics-1"]);
