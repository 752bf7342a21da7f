import { createRequire } from "node:module";
import type { Server, UntypedServiceImplementation } from "@grpc/grpc-js";
import type {
  AnalyzeRequest,
  AnalyzeResponse,
  ConfigureAnalyzerRequest,
  RemediateResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";

/** Source: @pulumi/pulumi/proto/analyzer_pb, `EnforcementLevel.REMEDIATE`. */
const REMEDIATE = 3;

/** A request that needs no answer but "nothing": what it holds is not even read. */
const IDLE = Symbol("nothing to judge");

type Method = (call: { readonly request: unknown }, reply: (error: null, answer: unknown) => void) => unknown;

interface Service {
  readonly analyze: { requestDeserialize(bytes: Buffer): unknown };
  readonly remediate: { requestDeserialize(bytes: Buffer): unknown };
}

/** The parts of the SDK that a policy pack is served by. */
export interface Serving {
  readonly Server: { readonly prototype: Pick<Server, "addService"> };
  readonly AnalyzerService: Service;
  readonly AnalyzeResponse: new () => AnalyzeResponse;
  readonly RemediateResponse: new () => RemediateResponse;
}

/**
 * Lets the pack answer at once where it has nothing to say: to a resource of a type that no rule reads, and to the
 * question for repairs while no rule is to repair. The engine asks both of every resource, one after another, and
 * @pulumi/policy decodes each and goes through all rules before it finds that out.
 * @param types every type that a rule reads
 * @param remediating whether the pack repairs by default; a configuration can say so later
 */
export function answerAtOnce(types: ReadonlySet<string>, remediating: boolean, serving = servingOf()): void {
  if (serving === undefined) return;
  const { Server, AnalyzerService, AnalyzeResponse, RemediateResponse } = serving;
  let repairs = remediating;
  const { analyze, remediate } = AnalyzerService;
  const readAnalyze = analyze.requestDeserialize.bind(analyze);
  const readRemediate = remediate.requestDeserialize.bind(remediate);
  analyze.requestDeserialize = (bytes) => {
    const type = firstField(bytes);
    return type === undefined || types.has(type) ? readAnalyze(bytes) : IDLE;
  };
  remediate.requestDeserialize = (bytes) => (repairs ? readRemediate(bytes) : IDLE);

  const { prototype } = Server;
  const { addService } = prototype;
  const unlessIdle =
    (method: Method, Answer: new () => AnalyzeResponse | RemediateResponse): Method =>
    (call, reply) => {
      if (call.request === IDLE) reply(null, new Answer());
      else method(call, reply);
    };
  prototype.addService = function (this: Server, service, methods: UntypedServiceImplementation) {
    const own = methods as unknown as Readonly<Record<string, Method | undefined>>;
    if (own["analyze"] === undefined || own["remediate"] === undefined) {
      addService.call(this, service, methods);
      return;
    }
    addService.call(this, service, {
      ...methods,
      analyze: unlessIdle(own["analyze"], AnalyzeResponse),
      remediate: unlessIdle(own["remediate"], RemediateResponse),
      configure: (call: { readonly request: ConfigureAnalyzerRequest }, reply: never) => {
        const levels = [...call.request.getPolicyconfigMap().entries()].map(([, one]) => one.getEnforcementlevel());
        repairs = remediating || levels.some((level) => (level as number) === REMEDIATE);
        own["configure"]?.(call, reply);
      },
    } as unknown as UntypedServiceImplementation);
  };
}

/**
 * The text of a message's first field, which for a resource is its type; nothing when another field comes first.
 * Source: pulumi/analyzer.proto, `AnalyzeRequest`; the wire format of protocol buffers.
 */
export function firstField(bytes: Buffer): AnalyzeRequest.AsObject["type"] | undefined {
  // Tag 1, length-delimited; then a length of one or two bytes, the lower seven bits first.
  if (bytes[0] !== 0x0a) return undefined;
  const [, low = 0, high = 0] = bytes;
  if (low < 0x80) return bytes.toString("utf8", 2, 2 + low);
  if (high < 0x80) return bytes.toString("utf8", 3, 3 + (low & 0x7f) + high * 0x80);
  return undefined;
}

/** Nothing where the installed version is made otherwise: then every request is read as the SDK reads it. */
function servingOf(): Serving | undefined {
  try {
    const load = createRequire(createRequire(__filename).resolve("@pulumi/policy"));
    const { Server } = load("@grpc/grpc-js") as Pick<Serving, "Server">;
    const { AnalyzerService } = load("@pulumi/pulumi/proto/analyzer_grpc_pb") as Pick<Serving, "AnalyzerService">;
    const messages = load("@pulumi/pulumi/proto/analyzer_pb") as Omit<Serving, "Server" | "AnalyzerService">;
    const { AnalyzeResponse, RemediateResponse } = messages;
    return { Server, AnalyzerService, AnalyzeResponse, RemediateResponse };
  } catch {
    return undefined;
  }
}
