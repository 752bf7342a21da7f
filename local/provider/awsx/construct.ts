import * as pulumi from "@pulumi/pulumi";
import type { Inputs, ResourceOptions } from "@pulumi/pulumi";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ProviderError } from "../failures";
import { isolated } from "./runtime";
import { Vpc, type VpcArgs } from "./vpc";

/** Zones of a VPC whose program names none. Source: awsx documentation, `numberOfAvailabilityZones`. */
const DEFAULT_ZONES = 3;

/**
 * Builds a component for the engine: its children are registered with the engine that asked, under the providers that
 * the program passed.
 * @throws ProviderError for a component that is not carried
 */
export async function construct(request: proto.ConstructRequest, engine: string): Promise<proto.ConstructResponse> {
  const type = request.getType();
  if (type !== "awsx:ec2:Vpc") {
    throw new ProviderError(
      `the local provider does not know the component ${type}: add it to local/provider/awsx/construct.ts`,
    );
  }
  return isolated(request, engine, async ({ inputs, serialize, settled }) => {
    const vpc = await createVpc(request.getName(), inputs, optionsOf(request));
    const response = new proto.ConstructResponse();
    const urn = await promised(vpc.urn);
    const { state, dependencies } = await serialize(`construct(${type}, ${request.getName()})`, vpc.outputs());
    for (const [key, urns] of dependencies) {
      const listed = new proto.ConstructResponse.PropertyDependencies();
      listed.setUrnsList(urns);
      response.getStatedependenciesMap().set(key, listed);
    }
    await settled();
    return response.setUrn(urn).setState(Struct.fromJavaScript(state as Parameters<typeof Struct.fromJavaScript>[0]));
  });
}

async function createVpc(name: string, inputs: Inputs, opts: pulumi.ComponentResourceOptions): Promise<Vpc> {
  // A Vpc's shape must be known before its children are: awsx takes plain values there too.
  const args = await promised(pulumi.output(inputs) as pulumi.Output<VpcArgs>);
  const zones = args.availabilityZoneNames ?? (await zonesOf(args.numberOfAvailabilityZones ?? DEFAULT_ZONES, opts));
  return new Vpc(name, args, zones, opts);
}

async function zonesOf(count: number, opts: pulumi.ComponentResourceOptions): Promise<readonly string[]> {
  const token = "aws:index/getAvailabilityZones:getAvailabilityZones";
  const provider = (opts.providers as Record<string, pulumi.ProviderResource> | undefined)?.["aws"];
  const options = provider === undefined ? {} : { provider };
  const { names } = (await pulumi.runtime.invoke(token, {}, options)) as { names: string[] };
  if (names.length < count) {
    throw new ProviderError(`numberOfAvailabilityZones: want at most ${names.length} in this region, got ${count}`);
  }
  return names.slice(0, count);
}

/** What the program said beside the inputs. */
function optionsOf(request: proto.ConstructRequest): pulumi.ComponentResourceOptions {
  const providers: Record<string, pulumi.ProviderResource> = {};
  for (const [pkg, reference] of request.getProvidersMap().entries() as unknown as Iterable<[string, string]>) {
    providers[pkg] = new pulumi.DependencyProviderResource(reference);
  }
  const parent = request.getParent();
  const protect = request.getProtect();
  const retainOnDelete = request.getRetainondelete();
  const options: ResourceOptions = {
    aliases: request
      .getAliasesList()
      .filter((alias) => alias.hasUrn())
      .map((alias) => alias.getUrn()),
    dependsOn: request.getDependenciesList().map((urn) => new pulumi.DependencyResource(urn)),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ...(parent === "" ? {} : { parent: new pulumi.DependencyResource(parent) }),
    ...(protect === undefined ? {} : { protect }),
    ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
  };
  return { ...options, providers };
}

function promised<T>(output: pulumi.Output<T>): Promise<T> {
  // The runtime's own way to wait for an output inside a component provider; it is not in the public types.
  return (output as unknown as { promise(): Promise<T> }).promise();
}
