import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Change } from "./diff";
import type { Failure, Provider } from "./provider";
import { plainProps, type Props } from "./values";

/** Largest message: programs send code archives as properties. Source: @pulumi/pulumi runtime/settings. */
const MESSAGE_BYTES = 1024 * 1024 * 400;

/** Answers the engine's `Construct`, for packages with components. */
export type Construct = (request: proto.ConstructRequest, engine: string) => Promise<proto.ConstructResponse>;

/** A provider that listens. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** What a provider takes over the wire beyond plain values. Components need all of it, resources none. */
interface Accepts {
  readonly secrets: boolean;
  readonly resources: boolean;
  readonly outputs: boolean;
}

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;

/** Serves one configured provider on a free port of 127.0.0.1. */
export async function serve(provider: Provider, construct?: Construct): Promise<Listening> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MESSAGE_BYTES,
    "grpc.max_send_message_length": MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, handlers(provider, construct));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    close: () => {
      // The engine keeps its connection open, so that a graceful shutdown would wait for the engine's own end.
      server.forceShutdown();
      provider.close();
      return Promise.resolve();
    },
  };
}

/** A unary handler from a function; an error becomes one the engine shows as it is. */
function answer<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): Unary<Request, Response> {
  return (call, callback) => {
    void (async () => {
      try {
        callback(null, await handle(call.request));
      } catch (error) {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.UNKNOWN, details, message: details, name: "Error" }, null);
      }
    })();
  };
}

function handlers(provider: Provider, construct: Construct | undefined): grpc.UntypedServiceImplementation {
  const rich = construct !== undefined;
  const accepts: Accepts = { secrets: rich, resources: rich, outputs: rich };
  return { ...session(provider, accepts, construct), ...configuration(provider, accepts), ...resources(provider) };
}

/** Who is who, and what each side understands. */
function session(
  provider: Provider,
  accepts: Accepts,
  construct: Construct | undefined,
): grpc.UntypedServiceImplementation {
  let engine = "";
  return {
    handshake: answer((request: proto.ProviderHandshakeRequest) => {
      engine = request.getEngineAddress();
      return new proto.ProviderHandshakeResponse()
        .setAcceptSecrets(accepts.secrets)
        .setAcceptResources(accepts.resources)
        .setAcceptOutputs(accepts.outputs);
    }),
    attach: answer((request: { getAddress(): string }) => {
      engine = request.getAddress();
      return new Empty();
    }),
    getPluginInfo: answer(() => new PluginInfo().setVersion(provider.version)),
    getSchema: answer(() => new proto.GetSchemaResponse().setSchema("{}")),
    getMapping: answer(() => new proto.GetMappingResponse()),
    getMappings: answer(() => new proto.GetMappingsResponse()),
    cancel: answer(() => new Empty()),
    construct: answer((request: proto.ConstructRequest) => {
      if (construct === undefined) throw new Error(`no component of type ${request.getType()} in this package`);
      return construct(request, engine);
    }),
  };
}

function configuration(provider: Provider, accepts: Accepts): grpc.UntypedServiceImplementation {
  return {
    checkConfig: answer((request: proto.CheckRequest) => {
      const { inputs, failures } = provider.checkConfig(propsOf(request.getNews()));
      return new proto.CheckResponse().setInputs(structOf(inputs)).setFailuresList(failures.map(failureOf));
    }),
    // A changed region or tag of a provider replaces nothing: resources carry both themselves.
    diffConfig: answer(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_UNKNOWN)),
    configure: answer((request: proto.ConfigureRequest) => {
      provider.configure(propsOf(request.getArgs()));
      return new proto.ConfigureResponse()
        .setAcceptsecrets(accepts.secrets)
        .setSupportspreview(true)
        .setAcceptresources(accepts.resources)
        .setAcceptoutputs(accepts.outputs);
    }),
    invoke: answer(async (request: proto.InvokeRequest) => {
      const result = await provider.invoke(request.getTok(), propsOf(request.getArgs()));
      return new proto.InvokeResponse().setReturn(structOf(result));
    }),
  };
}

function resources(provider: Provider): grpc.UntypedServiceImplementation {
  return {
    check: answer((request: proto.CheckRequest) => {
      const { inputs, failures } = provider.check({
        urn: request.getUrn(),
        olds: propsOf(request.getOlds()),
        news: propsOf(request.getNews()),
        seed: request.getRandomseed_asU8(),
      });
      return new proto.CheckResponse().setInputs(structOf(inputs)).setFailuresList(failures.map(failureOf));
    }),
    diff: answer((request: proto.DiffRequest) => {
      const { changes, deleteBeforeReplace } = provider.diff({
        urn: request.getUrn(),
        id: request.getId(),
        oldInputs: propsOf(request.getOldInputs()),
        oldOutputs: propsOf(request.getOlds()),
        news: propsOf(request.getNews()),
      });
      return diffOf(changes, deleteBeforeReplace);
    }),
    create: answer(async (request: proto.CreateRequest) => {
      const { id, outputs } = await provider.create({
        urn: request.getUrn(),
        inputs: propsOf(request.getProperties()),
        preview: request.getPreview(),
      });
      return new proto.CreateResponse().setId(id).setProperties(structOf(outputs));
    }),
    read: answer(async (request: proto.ReadRequest) => {
      const { id, inputs, outputs } = await provider.read({
        urn: request.getUrn(),
        id: request.getId(),
        inputs: propsOf(request.getInputs()),
        outputs: propsOf(request.getProperties()),
      });
      return new proto.ReadResponse().setId(id).setInputs(structOf(inputs)).setProperties(structOf(outputs));
    }),
    update: answer(async (request: proto.UpdateRequest) => {
      const outputs = await provider.update({
        urn: request.getUrn(),
        id: request.getId(),
        inputs: propsOf(request.getNews()),
        preview: request.getPreview(),
        oldInputs: propsOf(request.getOldInputs()),
        oldOutputs: propsOf(request.getOlds()),
      });
      return new proto.UpdateResponse().setProperties(structOf(outputs));
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      await provider.delete({
        urn: request.getUrn(),
        id: request.getId(),
        inputs: propsOf(request.getOldInputs()),
        outputs: propsOf(request.getProperties()),
      });
      return new Empty();
    }),
  };
}

function propsOf(struct: Struct | undefined): Props {
  return struct === undefined ? {} : plainProps(struct.toJavaScript());
}

function structOf(props: Props): Struct {
  return Struct.fromJavaScript(props);
}

function failureOf({ property, reason }: Failure): proto.CheckFailure {
  return new proto.CheckFailure().setProperty(property).setReason(reason);
}

function diffOf(changes: readonly Change[], deleteBeforeReplace: boolean): proto.DiffResponse {
  const { Kind } = proto.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  } as const;
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const top = (paths: readonly Change[]): string[] => [
    ...new Set(paths.map(({ path }) => path.split(/[.[]/, 1)[0] ?? path)),
  ];
  const response = new proto.DiffResponse()
    .setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setReplacesList(top(changes.filter(({ replace }) => replace)))
    .setDiffsList(top(changes))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const { path, kind, replace } of changes) {
    const detail = new proto.PropertyDiff().setKind(kinds[kind][replace ? 1 : 0]).setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}
