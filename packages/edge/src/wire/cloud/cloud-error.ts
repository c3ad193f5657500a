import { type Static, Type } from "typebox";
import { message } from "../message.ts";

/** How the cloud says no: a short name and a sentence. */
export const CloudError = Type.Object({ error: Type.String(), message: Type.String() });
export type CloudError = Static<typeof CloudError>;

export const cloudError = message({
  name: "error",
  schema: CloudError,
  describe: ({ error, message: text }) => `${error}: ${text}`,
});
