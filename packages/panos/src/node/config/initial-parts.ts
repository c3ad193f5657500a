import { type Markup, xml } from "../../wire/xml/write.ts";
import type { User } from "../settings.ts";
import { MOCK_CERTIFICATE } from "./mock-certificate.ts";

/** The part of a first configuration that tells of administrators. */
export const administrators = (users: readonly User[]): Markup =>
  xml`<users>${users.map(({ username }) => xml`<entry name="${username}"><permissions><role-based><superuser>yes</superuser></role-based></permissions></entry>`)}</users>`;

/** The certificate that is there from the start. */
export const certificates = (): Markup =>
  xml`<certificate><entry name="${MOCK_CERTIFICATE.name}"><subject-hash>f3a0f5e1</subject-hash><issuer-hash>f3a0f5e1</issuer-hash><not-valid-before>${MOCK_CERTIFICATE.notBefore}</not-valid-before><issuer>${MOCK_CERTIFICATE.subject}</issuer><not-valid-after>${MOCK_CERTIFICATE.notAfter}</not-valid-after><common-name>mock-cert</common-name><expiry-epoch>${MOCK_CERTIFICATE.expiryEpoch}</expiry-epoch><ca>yes</ca><subject>${MOCK_CERTIFICATE.subject}</subject><public-key>${MOCK_CERTIFICATE.pem}</public-key><algorithm>RSA</algorithm><private-key>${MOCK_CERTIFICATE.sealedKey}</private-key></entry></certificate>`;

/** Name, addresses and services of a node. */
export const systemSettings = (
  node: { readonly hostname: string; readonly ipAddress: string },
  extra: Markup,
): Markup =>
  xml`<system><hostname>${node.hostname}</hostname><ip-address>${node.ipAddress}</ip-address><netmask>255.255.255.0</netmask><default-gateway>${node.ipAddress.replace(/\.\d+$/, ".254")}</default-gateway><dns-setting><servers><primary>8.8.8.8</primary></servers></dns-setting><ntp-servers><primary-ntp-server><ntp-server-address>0.pool.ntp.org</ntp-server-address></primary-ntp-server></ntp-servers><timezone>UTC</timezone>${extra}<update-schedule><threats><recurring><weekly><day-of-week>wednesday</day-of-week><at>01:02</at><action>download-and-install</action></weekly></recurring></threats></update-schedule></system>`;
