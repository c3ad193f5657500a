import { type Answer, CODES, refused, result } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { dateTime } from "../../wire/time.ts";
import { leaves, writeXml, xml } from "../../wire/xml/write.ts";
import type { LogEntry } from "../logs/log-entry.ts";
import type { Behavior, RecordingNode } from "../node.ts";

type AuditBehavior = Behavior<RecordingNode>;

/** The commits that the configuration log knows, the oldest first: version 1 is the one a node was set up with. */
const commits = async (node: RecordingNode): Promise<readonly LogEntry[]> =>
  (await node.logs.entries()).filter(({ type, fields }) => type === "config" && fields.cmd === "commit");

const listsVersions: AuditBehavior = {
  on: "show.config.audit.info",
  handle: async (node) => {
    const entries = (await commits(node)).map(
      ({ at, fields }, before) =>
        xml`<entry>${leaves({ version: before + 1, "committed-on": dateTime(at), "committed-by": fields.admin ?? "" })}</entry>`,
    );
    return result(xml`<config-audit>${entries.toReversed()}</config-audit>`);
  },
};

/** Of the versions only the newest is kept: it is what runs. */
const showsVersion: AuditBehavior = {
  on: "show.config.audit.version",
  handle: async (node, command): Promise<Answer> => {
    const wanted = argumentText(command);
    const newest = (await commits(node)).length;
    return wanted === String(newest)
      ? result(writeXml(node.config.running))
      : refused(CODES.invalidObject, `version ${wanted} does not exist`);
  },
};

export const configAuditBehaviors: readonly AuditBehavior[] = [listsVersions, showsVersion];
