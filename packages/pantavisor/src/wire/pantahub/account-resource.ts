/** An account as Pantahub shows it; never with anything of its password. */
export interface AccountResource {
  readonly type: "USER" | "SESSION";
  readonly email: string;
  readonly nick: string;
  readonly prn: string;
  readonly "time-created": string;
  readonly "time-modified": string;
  readonly captcha: "";
  readonly "encrypted-account": "";
}
