import { LINKS } from "../../../contracts/links/links";
import type { Link } from "../../../contracts/links/link";
import type { Finding } from "../../../contracts/finding";
import type { Fleet } from "./follow";
import type { Path } from "./path";

/** Paths that were asked for. */
export interface ReachReason {
  readonly paths: readonly Path[];
  /** None of them lacks anything. */
  readonly reached: boolean;
}

/** Servers by other names: a program behind the edge by its own, an AWS service without its prefix. */
function namesOf({ to, requests = [] }: Link): readonly string[] {
  return [to, to.replace(/^aws:/, ""), ...requests.map(({ program }) => program)];
}

/**
 * The hops from a client to a server in every region, or the first that is missing.
 * @param from a client of `contracts/links`, e.g. `api`.
 * @param to a server of it, e.g. `cache`, `sqs` or `api`, or an `https://` address that the Internet asks for.
 */
export function whyReach(
  fleet: Fleet,
  from: string,
  to: string,
): ReachReason | { readonly findings: readonly Finding[] } {
  if (to.startsWith("https://") && URL.canParse(to)) {
    const { host, pathname } = new URL(to);
    const path = fleet.request({ host, method: "GET", path: pathname, signedIn: true, alive: false });
    return reasonOf([{ ...path, from }]);
  }
  const clients = [...new Set(LINKS.map((link) => link.from))];
  const own = LINKS.filter((link) => link.from === from);
  if (own.length === 0) {
    return { findings: [{ path: "FROM", want: `one of ${clients.join(", ")}`, got: from }] };
  }
  const links = own.filter((link) => namesOf(link).includes(to));
  if (links.length === 0) {
    const known = [...new Set(own.map((link) => namesOf(link).at(-1)))];
    return { findings: [{ path: "TO", want: `one of ${known.join(", ")}, or an https:// address`, got: to }] };
  }
  return reasonOf(links.flatMap((link) => [...fleet.follow(link)]));
}

function reasonOf(paths: readonly Path[]): ReachReason {
  return { paths, reached: paths.every(({ gap }) => gap === undefined) };
}
