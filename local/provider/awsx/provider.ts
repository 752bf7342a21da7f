import { ProviderError } from "../failures";
import type * as api from "../provider";
import type { Props } from "../values";

/** Version of the official plugin that it stands in for. */
const VERSION = "3.9.0";

/** Stands in for `pulumi-resource-awsx`: a package of components, so it has no resources of its own. */
export class AwsxProvider implements api.Provider {
  readonly version = VERSION;

  checkConfig(news: Props): api.CheckResult {
    return { inputs: news, failures: [] };
  }

  configure(): void {
    // The package has no settings: its components work under the caller's aws provider.
  }

  check({ urn }: api.CheckRequest): api.CheckResult {
    return refuse(urn);
  }

  diff({ urn }: api.DiffRequest): api.DiffResult {
    return refuse(urn);
  }

  create({ urn }: api.CreateRequest): Promise<api.CreateResult> {
    return refuse(urn);
  }

  read({ urn }: api.StoredRequest): Promise<api.ReadResult> {
    return refuse(urn);
  }

  update({ urn }: api.UpdateRequest): Promise<Props> {
    return refuse(urn);
  }

  delete({ urn }: api.StoredRequest): Promise<void> {
    return refuse(urn);
  }

  invoke(token: string): Promise<Props> {
    throw new ProviderError(
      `the local provider does not know the function ${token}: add it to local/provider/awsx/provider.ts`,
    );
  }

  close(): void {
    // Nothing is held.
  }
}

function refuse(urn: string): never {
  throw new ProviderError(`awsx has no resources of its own, only components: ${urn}`);
}
