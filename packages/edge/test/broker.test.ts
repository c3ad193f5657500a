import { tcp } from "@understudy/kernel";
import { brokerConformance } from "./broker-conformance.ts";
import { startOurs } from "./broker-unit.ts";

brokerConformance("our broker in one process", () => startOurs("virtual", tcp("broker", 1883)));
brokerConformance("our broker over sockets", () => startOurs("sockets", tcp("127.0.0.1", 0)));
