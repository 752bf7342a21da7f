import { isIPv4 } from "node:net";
import { ProviderError } from "./failures";

/** The project whose environments other than `local` are AWS's: the local provider previews them and never applies them. */
const PROJECT = "meridian";
/** First part of the names of stacks that live on the local cloud. */
const LOCAL_STACKS = "local.";

/**
 * The emulator's address, checked: the local provider talks to this machine and to nothing else.
 * @throws ProviderError when the address is not one of the loopback interface.
 */
export function loopback(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || endpoint === "") return undefined;
  const url = URL.parse(endpoint);
  const host = url?.hostname ?? "";
  const local = host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
  if (url === null || !local || !/^https?:$/.test(url.protocol)) {
    throw new ProviderError(
      `AWS_ENDPOINT_URL: want an http address on this machine (127.0.0.1, localhost), got "${endpoint}": ` +
        "the local provider never calls another host",
    );
  }
  return url.origin;
}

/** What a URN says: `urn:pulumi:<stack>::<project>::<types>::<name>`. */
export function readUrn(urn: string): {
  readonly stack: string;
  readonly project: string;
  readonly type: string;
  readonly name: string;
} {
  const [head = "", project = "", types = "", ...name] = urn.split("::");
  return {
    stack: head.replace(/^urn:pulumi:/, ""),
    project,
    type: types.split("$").at(-1) ?? "",
    name: name.join("::"),
  };
}

/**
 * Refuses to change anything (a preview is fine) where nothing local stands behind the provider, or where the stack is
 * one that belongs to AWS.
 * @throws ProviderError
 */
export function refuseApply(urn: string, endpoint: string | undefined): void {
  const { stack, project } = readUrn(urn);
  if (project === PROJECT && !stack.startsWith(LOCAL_STACKS)) {
    throw new ProviderError(
      `the local provider never applies an AWS environment: stack "${stack}" may be previewed with it; ` +
        "to apply it, use the official plugins and AWS credentials",
    );
  }
  if (endpoint === undefined) {
    throw new ProviderError(
      "the local provider is in preview-only mode: AWS_ENDPOINT_URL names no local cloud (start one with `make up`)",
    );
  }
}
