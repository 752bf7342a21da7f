/** One behaviour of a CloudFront distribution. */
export interface Behavior {
  /** `*` for the default one. */
  readonly pathPattern: string;
  readonly methods: readonly string[];
  /** Origin, or group of origins. */
  readonly target: string;
}

/**
 * Whether CloudFront's path pattern fits a path: `*` is any number of characters, `?` one; case counts; a slash at the
 * start may be left out. docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
 */
export function pathFits(pattern: string, path: string): boolean {
  const whole = pattern.startsWith("/") || pattern.startsWith("*") ? pattern : `/${pattern}`;
  const source = Array.from(whole, (character) =>
    character === "*" ? ".*" : character === "?" ? "." : character.replace(/[.+^${}()|[\]\\]/, String.raw`\$&`),
  ).join("");
  return new RegExp(`^${source}$`, "s").test(path.split("?", 1)[0] ?? "");
}

/** The behaviour that takes a path: the first that fits, the default one last. Source: as {@link pathFits}. */
export function behaviorFor(behaviors: readonly Behavior[], path: string): Behavior | undefined {
  return behaviors.find(({ pathPattern }) => pathFits(pathPattern, path));
}

/** One route of an HTTP API, or of a program that spells parameters in braces. */
export interface HttpRoute {
  /** `GET /v1/users/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly key: string;
}

/**
 * The route of an API Gateway HTTP API that takes a request: of those that fit, a full match before a greedy path
 * variable, a method before `ANY`, `$default` last.
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function routeFor<R extends HttpRoute>(routes: readonly R[], method: string, path: string): R | undefined {
  const plain = path.split("?", 1)[0] ?? "";
  const ranked = routes.flatMap((route) => {
    const rank = rankOf(route.key, method, plain);
    return rank === undefined ? [] : [{ route, rank }];
  });
  return ranked.sort((a, b) => a.rank - b.rank)[0]?.route;
}

/** Lower is chosen first; undefined when the route does not fit. */
function rankOf(key: string, method: string, path: string): number | undefined {
  if (key === "$default") return 1_000_000;
  const [verb = "", template = ""] = key.split(" ");
  if (verb !== "ANY" && verb !== method) return undefined;
  const wanted = segments(template);
  const given = segments(path);
  const greedy = /^\{\w+\+\}$/.test(wanted.at(-1) ?? "");
  if (greedy ? given.length < wanted.length : given.length !== wanted.length) return undefined;
  let variables = 0;
  for (const [index, segment] of wanted.entries()) {
    if (greedy && index === wanted.length - 1) break;
    if (/^\{\w+\}$/.test(segment)) {
      if ((given[index] ?? "") === "") return undefined;
      variables += 1;
    } else if (segment !== given[index]) return undefined;
  }
  return (greedy ? 10_000 - wanted.length : 0) + variables * 10 + (verb === "ANY" ? 1 : 0);
}

function segments(path: string): readonly string[] {
  return path.split("/").slice(1);
}
