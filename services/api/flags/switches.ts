import { OpenFeature, ProviderEvents, type Provider } from "@openfeature/server-sdk";
import { FLAG_NAMES, FLAGS, type FlagName } from "./definitions";

/** The current flags, read with each request: they are evaluated when they change, not when they are read. */
export interface Switches {
  readonly isOn: (flag: FlagName) => boolean;
  stop(): Promise<void>;
}

/** Without a provider: what the list of flags says. */
export const DEFAULT_SWITCHES: Switches = {
  isOn: (flag) => FLAGS[flag].default,
  stop: () => Promise.resolve(),
};

/** Domains of this process's providers so far: each has its own client in OpenFeature. */
let domains = 0;

/**
 * The flags through OpenFeature, so that another provider can replace the table. Evaluations are asynchronous
 * there, and a request does not wait for any.
 */
export async function watchSwitches(
  provider: Provider,
  onChange: (flag: FlagName, value: boolean) => void = () => undefined,
): Promise<Switches> {
  const domain = `recommendation-api-${(domains += 1)}`;
  const values = new Map<FlagName, boolean>(FLAG_NAMES.map((name) => [name, FLAGS[name].default]));
  const client = OpenFeature.getClient(domain);
  const evaluate = async (): Promise<void> => {
    for (const name of FLAG_NAMES) {
      const value = await client.getBooleanValue(name, FLAGS[name].default);
      if (values.get(name) !== value) onChange(name, value);
      values.set(name, value);
    }
  };
  const changed = (): void => void evaluate();
  client.addHandler(ProviderEvents.ConfigurationChanged, changed);
  await OpenFeature.setProviderAndWait(domain, provider);
  await evaluate();
  return {
    isOn: (flag) => values.get(flag) ?? FLAGS[flag].default,
    stop: async () => {
      client.removeHandler(ProviderEvents.ConfigurationChanged, changed);
      await provider.onClose?.();
    },
  };
}
