import fc from "fast-check";
import { expect, test } from "vitest";
import { readState } from "./read-state.ts";

const SPEC = { "#spec": "pantavisor-service-system@1" };
const SHA = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const run = (name: string, more: object = {}): object => ({ name, type: "lxc", config: "lxc.conf", ...more });

function stateOf(value: object) {
  const read = readState({ ...SPEC, ...value });
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

test("without groups the first container is in root, the others in platform", () => {
  const { containers, groups } = stateOf({ "b/run.json": run("b"), "a/run.json": run("a"), "b/root.squashfs": SHA });
  expect(containers.map(({ name, group, restartPolicy }) => [name, group, restartPolicy])).toEqual([
    ["b", "root", "system"],
    ["a", "platform", "system"],
  ]);
  expect(groups.map(({ name }) => name)).toEqual(["data", "root", "platform", "app"]);
});

test("with its own groups, containers without one are in the last; goals and recovery come from the group", () => {
  const groups = [
    { name: "x" },
    {
      name: "y",
      status_goal: "READY",
      restart_policy: "system",
      auto_recovery: { policy: "always", backoff_policy: "10min" },
    },
  ];
  const { containers } = stateOf({
    "device.json": { groups },
    "a/run.json": run("a"),
    "b/run.json": run("b", { group: "x", roles: ["nobody"] }),
  });
  expect(containers).toMatchObject([
    {
      group: "y",
      statusGoal: "READY",
      restartPolicy: "system",
      isManager: true,
      autoRecovery: { policy: "always", backoffPolicy: 600 },
    },
    { group: "x", statusGoal: "STARTED", restartPolicy: "container", isManager: false },
  ]);
});

test.each<[string, object]>([
  ["an object that is no SHA-256", { "a/x": "hello" }],
  ["a container without a name", { "a/run.json": {} }],
  ["a container with another name", { "a/run.json": run("b") }],
  ["a container called like the host", { "_pv_/run.json": run("_pv_") }],
  ["a container without a type", { "a/run.json": { name: "a", config: "c" } }],
  ["an unknown group", { "a/run.json": run("a", { group: "nope" }) }],
  ["an unknown goal", { "a/run.json": run("a", { status_goal: "DANCING" }) }],
  ["roles that are no list", { "a/run.json": run("a", { roles: "mgmt" }) }],
  ["an unknown pause", { "a/run.json": run("a", { auto_recovery: { policy: "always", backoff_policy: "5m" } }) }],
  ["an empty list of groups", { "device.json": { groups: [] } }],
  ["an unknown spec", { "#spec": "x" }],
])("%s is refused", (_, value) => {
  expect(readState({ ...SPEC, ...value }).ok).toBe(false);
});

test("whatever comes is read or refused", () => {
  const key = fc.constantFrom(
    "a/run.json",
    "device.json",
    "groups.json",
    "bsp/run.json",
    "bsp/drivers.json",
    "a/services.json",
    "a/x",
    "_sigs/a.json",
  );
  fc.assert(fc.property(fc.dictionary(key, fc.jsonValue()), (value) => void readState({ ...SPEC, ...value })));
  for (const value of [null, [], 5, "x", {}]) expect(readState(value).ok).toBe(false);
});

test("services, drivers and warnings are taken along", () => {
  const state = stateOf({
    "p/run.json": run("p", { roles: [] }),
    "p/services.json": { services: [{ name: "db", type: "unix", socket: "/run/db" }, { type: "rest" }] },
    "c/run.json": run("c", {
      services: { required: [{ name: "db", target: "/run/x" }] },
      drivers: { manual: ["wifi"] },
    }),
    "bsp/drivers.json": { all: { wifi: ["cfg80211"], bad: 5 } },
  });
  expect(state.containers[0]?.exports).toEqual([{ name: "db", type: "unix", socket: "/run/db" }]);
  expect(state.containers[1]?.requirements).toMatchObject([{ name: "db", role: "any", required: true }]);
  expect([...state.drivers]).toEqual(["wifi"]);
  expect(state.warnings).toEqual(["c has no roles and may therefore use the whole control socket"]);
});
