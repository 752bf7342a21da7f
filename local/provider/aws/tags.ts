import { asTextMap } from "../values";
import type { Resource } from "./resource";
import { tagList } from "./shape";

/** Tags that an update takes away. */
export function staleTags(resource: Resource): string[] {
  return Object.keys(asTextMap(resource.before["tagsAll"])).filter((key) => resource.tags[key] === undefined);
}

/**
 * Brings a resource's tags to what they should be, through the service's pair of calls.
 * @param add gets all tags as a map and as a list
 */
export async function settleTags(
  resource: Resource,
  add: (tags: Record<string, string>, list: { Key: string; Value: string }[]) => Promise<unknown>,
  remove: (keys: string[]) => Promise<unknown>,
): Promise<void> {
  const stale = staleTags(resource);
  if (stale.length > 0) await remove(stale);
  if (Object.keys(resource.tags).length > 0) await add({ ...resource.tags }, tagList(resource.tags));
}
