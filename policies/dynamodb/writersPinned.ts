import type { Rule } from "../kit/rule";
import { at, isSet, list } from "../kit/value";

/** D7. */
export const dynamodbWritersPinned: Rule = {
  id: "D7",
  name: "dynamodb-writers-pinned",
  title: "Eventually consistent global tables say who writes where",
  severity: "low",
  level: "advisory",
  source: ["new"],
  why: "When two regions write one key within the replication lag, the later one wins and the other is lost without a trace.",
  fix: 'Write each key in one region only, and declare it by the tag (writersTag), e.g. "one region" or "by user\'s home".',
  spares: "Tables in one region, and strongly consistent ones.",
  types: ["aws:dynamodb/table:Table"],
  settings: {
    writersTag: {
      type: "string",
      default: "meridian:writers",
      description: "Key of the tag that says which region writes which keys.",
    },
  },
  check(table, judge) {
    const eventual = list(table.props, "replicas").some((replica) => at(replica, "consistencyMode") !== "STRONG");
    if (!eventual) return;
    const key = judge.settings.text("writersTag");
    const tags = table.props["tags"];
    // The key may hold dots, so it is no path.
    const declared =
      typeof tags === "object" && tags !== null && key in tags && isSet((tags as Record<string, string>)[key]);
    if (!declared) judge.against(table, `tags["${key}"]`, "who writes where", undefined);
  },
};
