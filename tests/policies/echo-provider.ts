import { main, type Provider } from "@pulumi/pulumi/provider";

/**
 * The least of a provider: takes every type, gives every resource its inputs as outputs, and an id and an ARN that are
 * not known before it is created. Enough to bring a program's graph before the engine and the policy pack.
 */
const echo: Provider = {
  version: "7.48.0",
  schema: "{}",
  check: (_urn, _olds, news: object) => Promise.resolve({ inputs: news }),
  create: (urn, inputs: object) => {
    const id = urn.slice(urn.lastIndexOf("::") + 2);
    return Promise.resolve({ id, outs: { ...inputs, arn: `arn:aws:echo:::${id}` } });
  },
  diff: (_id, _urn, olds, news) => Promise.resolve({ changes: JSON.stringify(olds) !== JSON.stringify(news) }),
  update: (_id, _urn, _olds, news: object) => Promise.resolve({ outs: news }),
  delete: () => Promise.resolve(),
};

void main(echo, process.argv.slice(2));
