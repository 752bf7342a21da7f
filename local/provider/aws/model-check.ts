import { validateInput } from "../../../aws/models";
import { awsModels } from "../models";

/** A request that AWS would refuse, found out before it is sent. */
export class RefusedByModel extends Error {
  override readonly name = "RefusedByModel";
}

/** As much of the AWS SDK's middleware as is used here. */
type Handler = (args: { readonly input: object }) => Promise<object>;
type Middleware = (next: Handler, context: Readonly<Record<string, unknown>>) => Handler;
interface Stack {
  add(middleware: Middleware, options: { step: "initialize"; priority: "high"; name: string }): void;
}

/**
 * Holds every request of a client to AWS's published service model before it is sent: the emulator takes much that AWS
 * does not. A call that AWS would refuse rejects with {@link RefusedByModel}, which names operation, member, what AWS
 * wants and what was given.
 * @param service botocore's name of the service
 */
export function checkedByModel<C extends { readonly middlewareStack: object }>(service: string, client: C): C {
  const middleware: Middleware = (next, context) => async (args) => {
    const model = awsModels().service(service);
    const operation = String(context["commandName"]).replace(/Command$/, "");
    const refusals = validateInput(model, operation, args.input);
    if (refusals.length === 0) return next(args);
    const lines = refusals.map(({ path, want, got }) => `${path}: want ${want}, got ${got}`);
    throw new RefusedByModel(`${service} ${operation} (AWS's model of ${model.version}): ${lines.join("; ")}`);
  };
  (client.middlewareStack as Stack).add(middleware, { step: "initialize", priority: "high", name: "checkedByModel" });
  return client;
}
