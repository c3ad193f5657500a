import { kib, WireError } from "@understudy/kernel";
import { expect, test } from "vitest";
import { describeFrame, type MqttFrame } from "./frame.ts";
import { jsonPayload, readPayload } from "./payload.ts";
import { mqttProtocol } from "./protocol.ts";

const frames: readonly MqttFrame[] = [
  {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "device_1",
    keepalive: 60,
    username: "device_1",
    password: "p",
    will: { topic: "iot/device/1/status", payload: Uint8Array.of(1, 2), qos: 1, retain: true },
  },
  { cmd: "connack", returnCode: 5, sessionPresent: false },
  { cmd: "subscribe", messageId: 7, subscriptions: [{ topic: "a/+", qos: 1 }] },
  { cmd: "suback", messageId: 7, granted: [1, 128] },
  { cmd: "unsubscribe", messageId: 8, unsubscriptions: ["a/+"] },
  { cmd: "unsuback", messageId: 8 },
  { cmd: "publish", topic: "a/b", payload: Uint8Array.of(3), qos: 0, retain: true, dup: false },
  { cmd: "publish", topic: "a/b", payload: Uint8Array.of(), qos: 1, retain: false, dup: true, messageId: 65_535 },
  { cmd: "puback", messageId: 1 },
  { cmd: "pubrec", messageId: 2 },
  { cmd: "pubrel", messageId: 3 },
  { cmd: "pubcomp", messageId: 4 },
  { cmd: "pingreq" },
  { cmd: "pingresp" },
  { cmd: "disconnect" },
];

test.each(frames.map((frame) => [describeFrame(frame), frame] as const))("%s survives the wire", (_, frame) => {
  const protocol = mqttProtocol();
  expect(protocol.decoder().push(protocol.encode(frame))).toEqual([frame]);
});

test("frames are cut out of any partition of the stream", () => {
  const protocol = mqttProtocol();
  const bytes = Buffer.concat(frames.map((frame) => protocol.encode(frame)));
  for (const size of [1, 2, 3, 7, 64, bytes.length]) {
    const decoder = protocol.decoder();
    const read: MqttFrame[] = [];
    for (let at = 0; at < bytes.length; at += size) read.push(...decoder.push(bytes.subarray(at, at + size)));
    expect(read).toEqual(frames);
  }
});

test("the bytes of a publish are those of MQTT 3.1.1", () => {
  const bytes = mqttProtocol().encode({
    cmd: "publish",
    topic: "test",
    payload: jsonPayload({ a: 1 }),
    qos: 1,
    retain: true,
    dup: false,
    messageId: 10,
  });
  expect(Buffer.from(bytes).toString("hex")).toBe(`330f000474657374000a${Buffer.from('{"a":1}').toString("hex")}`);
});

test("a JSON payload reads the same by reference and from a socket", () => {
  const protocol = mqttProtocol();
  const sent = jsonPayload({ status: "online" });
  const frame = { cmd: "publish", topic: "t", payload: sent, qos: 0, retain: false, dup: false } as const;
  const [received] = protocol.decoder().push(protocol.encode(frame));
  expect(received?.cmd === "publish" && readPayload(received.payload, "status")).toEqual(readPayload(sent, "status"));
});

test.each([
  ["an oversized packet", Buffer.from([0x30, 0xff, 0xff, 0x7f]), "at most 65536 bytes"],
  ["a length of five bytes", Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), "at most four"],
  ["a reserved packet type", Buffer.from([0x00, 0x00]), "control packet"],
  ["an AUTH packet of MQTT 5", Buffer.from([0xf0, 0x00]), "control packet"],
  ["a CONNECT cut short", Buffer.from([0x10, 0x03, 0x00, 0x04, 0x4d]), "control packet"],
  ["a SUBSCRIBE with no filter", Buffer.from([0x82, 0x02, 0x00, 0x01]), "control packet"],
])("%s is refused", (_, bytes, accepted) => {
  const decoder = mqttProtocol(kib(64)).decoder();
  expect(() => decoder.push(bytes)).toThrow(accepted);
});

test("a payload that is no JSON says so", () => {
  expect(() => readPayload(Buffer.from("{"), "state")).toThrow("state: found 1 bytes that are not JSON");
  expect(() => readPayload(Uint8Array.of(0xff), "state")).toThrow(WireError);
});
