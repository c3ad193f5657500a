import { leaves, type Markup, xml } from "../xml/write.ts";

/** A licence as it is shown; dates as `December 31, 2036`. */
export interface ShownLicense {
  readonly feature: string;
  readonly description: string;
  readonly serial: string;
  readonly issued: string;
  /** Or `Never`. */
  readonly expires: string;
  readonly expired: boolean;
  readonly authCode: string;
}

export const renderLicenses = (licenses: readonly ShownLicense[]): Markup =>
  licenses.length === 0
    ? xml`<licenses/>`
    : xml`<licenses>${licenses.map(
        (one) =>
          xml`<entry>${leaves({ feature: one.feature, description: one.description, serial: one.serial, issued: one.issued, expires: one.expires, expired: one.expired ? "yes" : "no", authcode: one.authCode })}</entry>`,
      )}</licenses>`;

export const renderSupport = (expires: string, expired: boolean): Markup =>
  xml`<SupportInfoResponse><Links><Link><Title>Contact Us</Title><Url>https://support.example/contact</Url></Link></Links><Support><Contact><Line>Click the contact link at right.</Line></Contact><ExpiryDate>${expires}</ExpiryDate><SupportLevel>${expired ? "Expired" : "Premium"}</SupportLevel><SupportDescription>24 x 7 phone support; advanced replacement hardware service</SupportDescription></Support></SupportInfoResponse>`;
