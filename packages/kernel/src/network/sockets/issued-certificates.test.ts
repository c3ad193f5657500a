import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { expect, test } from "vitest";
import { LocalAuthority } from "../../server/local-authority.ts";
import { emptyReply } from "../../server/reply.ts";
import { RealTime } from "../../time/real-time.ts";
import { tcp } from "../address.ts";
import type { Issue } from "../network.ts";
import { SocketNetwork } from "./socket-network.ts";

/** A network whose certificates come from `issue`, and the failures it reports. */
function aNetwork(issue?: Issue) {
  const time = new RealTime();
  const failures: unknown[] = [];
  const onHandlerError = (error: unknown): void => void failures.push(error);
  const network = new SocketNetwork(time, issue === undefined ? { onHandlerError } : { issue, onHandlerError });
  return {
    network,
    failures,
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      time[Symbol.dispose]();
    },
  };
}

/** The certificate that a listener shows; rejects where there is none. */
const shownAt = (port: number): Promise<X509Certificate | undefined> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate());
      socket.end();
    });
    socket.on("error", reject);
  });

const portOf = (address: { readonly kind: string; readonly port?: number }): number => address.port ?? 0;
const handler = { handle: () => emptyReply() };

test("a certificate is made at the first handshake, once for all who come at the same time", async () => {
  const authority = await LocalAuthority.open();
  const asked: (readonly string[])[] = [];
  await using stage = aNetwork((names) => {
    asked.push(names);
    return authority.certificateFor(names);
  });
  const listener = await stage.network.serve(tcp("127.0.0.1", 0), handler, { tls: { issuedFor: ["fw-1"] } });
  expect(asked).toEqual([]);
  const port = portOf(listener.address);
  const shown = await Promise.all([shownAt(port), shownAt(port)]);
  expect(shown.map((one) => one?.checkHost("fw-1"))).toEqual(["fw-1", "fw-1"]);
  expect((await shownAt(port))?.fingerprint256).toBe(shown[0]?.fingerprint256);
  expect(asked).toEqual([["fw-1"]]);
});

test("a client that comes while no certificate can be had is turned away; the next one tries again", async () => {
  const authority = await LocalAuthority.open();
  let tries = 0;
  await using stage = aNetwork((names) =>
    ++tries === 1 ? Promise.reject(new Error("the disk is full")) : authority.certificateFor(names),
  );
  const listener = await stage.network.serve(tcp("127.0.0.1", 0), handler, { tls: { issuedFor: ["fw-1"] } });
  await expect(shownAt(portOf(listener.address))).rejects.toThrow();
  expect(stage.failures).toMatchObject([{ message: "the disk is full" }]);
  expect(await shownAt(portOf(listener.address))).toBeInstanceOf(X509Certificate);
});

test("where nobody issues certificates, such a listener is refused", async () => {
  await using stage = aNetwork();
  const opening = stage.network.serve(tcp("127.0.0.1", 0), handler, { tls: { issuedFor: ["fw-1"] } });
  await expect(opening).rejects.toMatchObject({ code: "tls" });
});
