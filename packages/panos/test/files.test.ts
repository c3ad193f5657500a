import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  type Body,
  EMPTY_BODY,
  type Headers,
  header,
  MemoryStorage,
  noHeaders,
  readBytes,
  seconds,
} from "@understudy/kernel";
import { describe, expect, test } from "vitest";
import { readContainer, readPem } from "../src/node/certificates/certificate-file.ts";
import {
  EC_CERTIFICATE_PEM,
  EC_CONTAINERS,
  EC_ENCRYPTED_KEY_PEM,
  EC_KEY_PEM,
} from "../src/node/certificates/testing/openssl-files.ts";
import { unpacked } from "../src/node/files/archive.ts";
import { writeForm } from "../src/wire/api/form.ts";
import { writeMultipart } from "../src/wire/api/testing/write-multipart.ts";
import { PairSite, PRIMARY } from "./a-pair.ts";

interface RawReply {
  readonly status: number;
  readonly type: string | undefined;
  readonly fileName: string | undefined;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** A client that sees bytes and headers, with the lab's key. */
async function aRawClient(pair: PairSite, target: string) {
  await pair.settled();
  const { cell } = pair.site;
  const world = await cell.power.operator(`raw-client-${target}`, new MemoryStorage(cell.ground.time));
  const request = async (
    method: string,
    parameters: Record<string, string>,
    headers: Headers,
    body: Body,
  ): Promise<RawReply> => {
    const all = writeForm({ ...parameters, key: "test-api-key", ...(target === "" ? {} : { target }) });
    const reply = await pair.site.during(
      world.network.request(pair.panoramaEndpoint.address, {
        method,
        target: `/api/?${all}`,
        version: "1.1",
        headers,
        body,
      }),
    );
    const bytes = await readBytes(reply.body);
    const disposition = header(reply.headers, "content-disposition");
    return {
      status: reply.status,
      type: header(reply.headers, "content-type"),
      fileName: /filename=(.*)$/.exec(disposition ?? "")?.[1],
      bytes,
      text: Buffer.from(bytes).toString("utf8"),
    };
  };
  return {
    get: (parameters: Record<string, string>) => request("GET", parameters, noHeaders, EMPTY_BODY),
    upload: (parameters: Record<string, string>, name: string, content: Uint8Array | string) => {
      const part = {
        name: "file",
        fileName: name,
        content: typeof content === "string" ? Buffer.from(content) : content,
      };
      const body = writeMultipart([part], "boundary42");
      return request("POST", parameters, [["Content-Type", "multipart/form-data; boundary=boundary42"]], {
        kind: "bytes",
        bytes: body,
      });
    },
  };
}

const certificate = (name: string) => ({
  type: "export",
  category: "certificate",
  "certificate-name": name,
  format: "pem",
});

describe("files", () => {
  test("the running configuration comes without an envelope", async () => {
    await using pair = await PairSite.start();
    const fw = await aRawClient(pair, PRIMARY);
    const reply = await fw.get({ type: "export", category: "configuration" });
    expect(reply.type).toContain("application/xml");
    expect(reply.text).toMatch(/^<config version="10\.5\.0" urldb="paloaltonetworks" detail-version="10\.5\.1">/);
  });

  test("certificates of the configuration and predefined roots come as PEM", async () => {
    await using pair = await PairSite.start();
    const fw = await aRawClient(pair, PRIMARY);
    const own = await fw.get(certificate("mock-cert"));
    expect(own).toMatchObject({ type: "application/octet-stream", fileName: "mock-cert.pem" });
    expect(new X509Certificate(own.bytes).subject).toBe("CN=mock-cert");
    const root = await fw.get(certificate("0041_Entrust.net_Certification_Authority_(2048)"));
    expect(root.fileName).toBe("0041_Entrust.net_Certification_Authority_(2048).pem");
    expect(new X509Certificate(root.bytes).ca).toBe(true);
    expect((await fw.get(certificate("nobody"))).text).toContain("certificate nobody does not exist");
    expect((await fw.get({ type: "export", category: "certificate", "certificate-name": "mock-cert" })).text).toContain(
      "Parameter &quot;format&quot; is required while exporting certificate",
    );
    expect((await fw.get({ ...certificate("mock-cert"), "include-key": "yes", passphrase: "x" })).text).toContain(
      "has no private key",
    );
  });

  test.each([PRIMARY, ""])("a certificate that was imported can be exported again, on %j", async (target) => {
    await using pair = await PairSite.start();
    const node = await aRawClient(pair, target);
    const ask = {
      type: "import",
      category: "keypair",
      "certificate-name": "mine",
      format: "pem",
      passphrase: "secret",
    };
    const reply = await node.upload(ask, "mine.pem", EC_CERTIFICATE_PEM + EC_ENCRYPTED_KEY_PEM);
    expect(reply.text).toContain("Successfully imported mine into candidate configuration");
    expect((await node.get(certificate("mine"))).text).toBe(EC_CERTIFICATE_PEM);
    const both = await node.get({ ...certificate("mine"), "include-key": "yes", passphrase: "other" });
    expect(both.text).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    const reading = readPem(both.text, "other");
    expect(reading.ok && reading.content.key?.equals(createPrivateKey(EC_KEY_PEM))).toBe(true);
    expect((await node.upload(ask, "mine.pem", EC_CERTIFICATE_PEM)).text).toContain("no private key in PEM format");
    expect((await node.upload({ ...ask, passphrase: "x" }, "mine.pem", EC_ENCRYPTED_KEY_PEM)).text).toContain(
      "passphrase is wrong",
    );
    expect((await node.upload({ ...ask, category: "certificate" }, "mine.pem", "nothing")).text).toContain(
      "no certificate in PEM format",
    );
  });

  test("a certificate goes from one node to another as PKCS #12, and asks to be signed as PKCS #10", async () => {
    await using pair = await PairSite.start();
    const [fw, panorama] = [await aRawClient(pair, PRIMARY), await aRawClient(pair, "")];
    const ask = { type: "import", category: "keypair", "certificate-name": "mine", format: "pkcs12" };
    const opened = { ...ask, passphrase: "secret" };
    const made = Buffer.from(EC_CONTAINERS.standard, "base64");
    expect((await fw.upload(ask, "mine.p12", made)).text).toContain("&quot;passphrase&quot; is required");
    expect((await fw.upload(opened, "mine.p12", made)).text).toContain("Successfully imported mine");
    const wanted = { ...certificate("mine"), format: "pkcs12", "include-key": "yes" };
    expect((await fw.get(wanted)).text).toContain("&quot;passphrase&quot; is required");
    const file = await fw.get({ ...wanted, passphrase: "other" });
    expect(file).toMatchObject({ type: "application/octet-stream", fileName: "mine.p12" });
    expect((await panorama.upload({ ...ask, passphrase: "other" }, "a.p12", file.bytes)).text).toContain(
      "Successfully",
    );
    expect((await panorama.get(certificate("mine"))).text).toBe(EC_CERTIFICATE_PEM);
    const request = await panorama.get({ ...certificate("mine"), format: "pkcs10" });
    expect(request).toMatchObject({ fileName: "mine.csr" });
    expect(request.text).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n[\s\S]+-----END CERTIFICATE REQUEST-----\n$/);
    expect((await fw.get({ ...certificate("mock-cert"), format: "pkcs10" })).text).toContain("has no private key");
    const alone = await fw.get({ ...certificate("mock-cert"), format: "pkcs12", passphrase: "x" });
    expect(readContainer(alone.bytes, "x")).toMatchObject({ ok: true });
  });

  test("a key that belongs to another certificate is refused", async () => {
    await using pair = await PairSite.start();
    const fw = await aRawClient(pair, PRIMARY);
    const { text: pem } = await fw.get(certificate("mock-cert"));
    const ask = { type: "import", "certificate-name": "mine", format: "pem" };
    const wrong = "The private key does not belong to the certificate.";
    expect((await fw.upload({ ...ask, category: "keypair" }, "a.pem", pem + EC_KEY_PEM)).text).toContain(wrong);
    expect((await fw.upload({ ...ask, category: "certificate" }, "a.pem", pem)).text).toContain("Successfully");
    expect((await fw.upload({ ...ask, category: "private-key" }, "k.pem", EC_KEY_PEM)).text).toContain(wrong);
  });

  test.each(["virtual", "sockets"] as const)(
    "an imported image counts as downloaded, and uses disk once, %s",
    async (mode) => {
      await using pair = await PairSite.start({ mode });
      const fw = await aRawClient(pair, PRIMARY);
      const ask = { type: "import", category: "software" };
      expect((await fw.upload(ask, "PanOS_5200-11.1.2-h3", "image")).text).toContain("PanOS_5200-11.1.2-h3 saved");
      await fw.upload(ask, "C:\\images\\PanOS_5200-11.1.2-h3.tgz", "image");
      const info = await fw.get({
        type: "op",
        cmd: "<request><system><software><info/></software></system></request>",
      });
      expect(info.text).toMatch(
        /<version>11\.1\.2-h3<\/version>.*?<downloaded>yes<\/downloaded>.*?<uploaded>yes<\/uploaded>/,
      );
      expect((await fw.get({ type: "op", cmd: "<show><system><disk-space/></system></show>" })).text).toContain(
        "23.0G",
      );
      expect((await fw.upload(ask, "holiday.jpg", "image")).text).toContain("not a valid software image");
      expect(
        (await fw.upload({ type: "import", category: "content" }, "panupv2-all-contents-8900-9000", "x")).text,
      ).toContain("saved");
    },
  );

  test("an imported configuration can be loaded, and a device state brings its own back", async () => {
    await using pair = await PairSite.start();
    const fw = await aRawClient(pair, PRIMARY);
    const state = await fw.get({ type: "export", category: "device-state" });
    expect(state.fileName).toBe("device_state_cfg.tgz");
    const ask = { type: "import", category: "configuration" };
    expect(
      (await fw.upload(ask, "lab.xml", "<config><shared><tag><entry name='t'/></tag></shared></config>")).text,
    ).toContain("lab.xml saved");
    await fw.get({ type: "op", cmd: "<load><config><from>lab.xml</from></config></load>" });
    const tags = { type: "config", action: "get", xpath: "/config/shared/tag/entry/@name" };
    expect((await fw.get(tags)).text).toContain('<entry name="t"/>');
    expect((await fw.upload({ type: "import", category: "device-state" }, "state.tgz", state.bytes)).text).toContain(
      "saved",
    );
    expect((await fw.get(tags)).text).toContain('code="7"');
    expect((await fw.upload(ask, "broken.xml", "<config>")).text).toContain('code="18"');
    expect((await fw.get(ask)).text).toContain("No file uploaded");
  });

  test("a tech support file is made by a job", async () => {
    await using pair = await PairSite.start();
    const fw = await aRawClient(pair, PRIMARY);
    const ask = { type: "export", category: "tech-support" };
    const job = /<job>(\d+)<\/job>/.exec((await fw.get(ask)).text)?.[1] ?? "";
    expect((await fw.get({ ...ask, action: "status", "job-id": job })).text).toContain("<status>ACT</status>");
    expect((await fw.get({ ...ask, action: "get", "job-id": job })).text).toContain("has not finished yet");
    await pair.site.runFor(seconds(2));
    const ended = (await fw.get({ ...ask, action: "status", "job-id": job })).text;
    expect(ended).toMatch(
      /<type>Exec<\/type><status>FIN<\/status>.*<result>OK<\/result>.*<resultfile>\S+<\/resultfile><\/job>/,
    );
    const file = await fw.get({ ...ask, action: "get", "job-id": job });
    expect(unpacked(file.bytes)?.map(({ name }) => name)).toEqual(["running-config.xml", "techsupport.txt"]);
  });

  test("pages are given back as they were imported", async () => {
    await using pair = await PairSite.start();
    const fw = await aRawClient(pair, PRIMARY);
    const ask = { category: "url-block-page" };
    expect((await fw.get({ type: "export", ...ask })).text).toContain("url block page");
    await fw.upload({ type: "import", ...ask }, "page.html", "<b>no</b>");
    await pair.site.cell.power.cut("primary", "lost");
    await pair.site.cell.power.on("primary");
    await pair.site.until(() => pair.isConnected, "the firewall to be back");
    expect((await fw.get({ type: "export", ...ask })).text).toBe("<b>no</b>");
    expect((await fw.get({ type: "export", category: "nothing" })).text).toContain("Illegal value");
  });
});
