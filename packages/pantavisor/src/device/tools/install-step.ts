import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { finish, type PvcontrolSession, putStep } from "./pvcontrol-session.ts";
import { readTar } from "./tar.ts";

/** Larger archives are refused. */
const MOST_BYTES = 2 ** 31;

/** Unpacks an exported revision, sends the objects that are missing, then its state, and says its name. */
export async function installStep(
  session: PvcontrolSession,
  archive: string,
  revision: string | undefined,
): Promise<number> {
  const { io } = session;
  if (!archive.endsWith(".tgz")) return await refuse(session, "unkwnown file format");
  const packed = await io.read(archive);
  const files = packed === undefined ? undefined : unpack(packed);
  const state = files?.get("json");
  if (packed === undefined || files === undefined || state === undefined)
    return await refuse(session, "wrong contents of compressed step");
  const objects = [...files].filter(([name]) => name.startsWith("objects/"));
  const name = revision ?? `locals/${createHash("sha256").update(packed).digest("hex")}`;
  const uploaded = await uploadMissing(session, objects);
  if (uploaded !== 0) return uploaded;
  const steps = new TextDecoder().decode((await session.ask({ method: "GET", path: "/steps" })).body);
  if (!steps.includes(`"${name}"`)) {
    const put = await putStep({ ...session, print: async () => undefined }, state, name);
    if (put !== 0) return put;
  }
  await session.print(`{"revision":"${name}"}\n`);
  return 0;
}

async function refuse(session: PvcontrolSession, why: string): Promise<number> {
  await session.print(`ERROR: ${why}\n`);
  return 1;
}

function unpack(packed: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  try {
    return readTar(gunzipSync(packed, { maxOutputLength: MOST_BYTES }));
  } catch {
    return undefined; // not compressed as a .tgz is: its contents are wrong
  }
}

async function uploadMissing(
  session: PvcontrolSession,
  objects: readonly (readonly [string, Uint8Array])[],
): Promise<number> {
  const listed = new TextDecoder().decode((await session.ask({ method: "GET", path: "/objects" })).body);
  for (const [file, content] of objects) {
    const sha256 = file.slice("objects/".length);
    if (sha256 === "" || listed.includes(sha256)) continue;
    const path = `/objects/${sha256}`;
    const answer = await session.ask({ method: "PUT", path }, content);
    if (answer.status !== 200) return await finish(session, path, answer);
  }
  return 0;
}
