/** Something the provider refuses, worded for the person who runs the program. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
}

/** AWS's own error codes for "there is no such thing", over all services that the provider calls. */
const ABSENT =
  /NotFound|NoSuch|NonExistent|DoesNotExist|QueueDoesNotExist|ResourceNotFound|EntityNotFound|^NotFoundException$|StateMachineDoesNotExist/;
/** AWS's own error codes for "it is there already". */
const PRESENT =
  /AlreadyExists|ResourceInUse|ResourceConflict|BucketAlreadyOwnedByYou|EntityAlreadyExists|RepositoryAlreadyExists|ResourceExists|ParameterAlreadyExists|ConflictException|QueueNameExists/;

/** AWS's code of an error, e.g. `ResourceNotFoundException`; empty when it is none of AWS's. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { Code, code } = error as { Code?: unknown; code?: unknown };
  if (error.name !== "" && error.name !== "Error") return error.name;
  return typeof Code === "string" ? Code : typeof code === "string" ? code : "";
}

/** Whether AWS says that the thing is not there. */
export function isAbsent(error: unknown): boolean {
  if (ABSENT.test(codeOf(error))) return true;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === 404;
}

/** Whether AWS says that the thing is there already. */
export function isPresent(error: unknown): boolean {
  return PRESENT.test(codeOf(error));
}

/** Runs a call, and gives nothing back where AWS says that the thing is not there. */
export async function orAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Runs a call, and is content where AWS says that the thing is there already. */
export async function orPresent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isPresent(error)) return undefined;
    throw error;
  }
}

/** An error as the user sees it: what was done to which resource, AWS's code and AWS's message. Never an input's value. */
export function worded(action: string, type: string, urn: string, error: unknown): Error {
  if (error instanceof ProviderError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return new ProviderError(`cannot ${action} ${type} (${urn}): ${code === "" ? "" : `${code}: `}${message}`);
}
