import { type HttpReply, readJson, WireError } from "@understudy/kernel";
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

/** What a cloud said when it refused, in one line; only its status where that is no error of ours. */
export async function describeRefusal({ status, body }: HttpReply): Promise<string> {
  try {
    return `${status} ${cloudError.describe(cloudError.parse(await readJson(body)))}`;
  } catch (error) {
    if (error instanceof WireError) return String(status);
    throw error;
  }
}
