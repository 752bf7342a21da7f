import { spawn } from "node:child_process";
import { resolve } from "node:path";
import {
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/language_pb";
import plugins from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { installedPackages, packageFolder, wantedPlugins } from "./dependencies";
import { readOptions, type RuntimeOptions } from "./options";
import { ended, type Runner, runnerOf, startNode, stop, TOLD_THE_USER } from "./program";

/** The version that the host tells the engine: that of the protocol it was written to. */
const VERSION = "3.250.0";

/**
 * The methods of Pulumi's LanguageRuntime service that running a Node.js program needs. Code generation
 * (`pulumi package add`, `pulumi convert`) is the official host's alone and is answered with UNIMPLEMENTED.
 * @param engineAddress where the engine listens, as given on the command line or by the handshake
 */
export function languageHost(engineAddress: string): UntypedServiceImplementation {
  let engine = engineAddress;
  return {
    handshake: unary((request: messages.LanguageHandshakeRequest) => {
      engine = request.getEngineAddress();
      return new messages.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => new plugins.PluginInfo().setVersion(VERSION)),
    getRequiredPlugins: unary((request: messages.GetRequiredPluginsRequest) =>
      new messages.GetRequiredPluginsResponse().setPluginsList(
        wantedPlugins(request.getInfo()?.getProgramDirectory() ?? request.getPwd()).map(({ name, version, server }) =>
          new plugins.PluginDependency().setName(name).setKind("resource").setVersion(version).setServer(server),
        ),
      ),
    ),
    getRequiredPackages: unary((request: messages.GetRequiredPackagesRequest) =>
      new messages.GetRequiredPackagesResponse().setPackagesList(
        wantedPlugins(programFolder(request.getInfo())).map(({ name, version, server }) =>
          new plugins.PackageDependency().setName(name).setKind("resource").setVersion(version).setServer(server),
        ),
      ),
    ),
    getProgramDependencies: unary((request: messages.GetProgramDependenciesRequest) =>
      new messages.GetProgramDependenciesResponse().setDependenciesList(
        installedPackages(programFolder(request.getInfo()), request.getTransitivedependencies()).map(
          ({ name, version }) => new messages.DependencyInfo().setName(name).setVersion(version),
        ),
      ),
    ),
    about: unary(() => new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
    runtimeOptionsPrompts: unary(() => new messages.RuntimeOptionsResponse()),
    template: unary(() => new messages.TemplateResponse()),
    cancel: unary(() => new Empty()),
    run: unary((request: messages.RunRequest, call) => runProgram(request, call, engine)),
    runPlugin: (call: ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>) => {
      void runPlugin(call);
    },
    installDependencies: (
      call: ServerWritableStream<messages.InstallDependenciesRequest, messages.InstallDependenciesResponse>,
    ) => {
      void installDependencies(call);
    },
  };
}

type Call = ServerUnaryCall<unknown, unknown>;

/** Wraps an answer, or a promise of one, as a unary method; a thrown error reaches the engine with its message. */
function unary<Request, Response>(answer: (request: Request, call: Call) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(call.request, call as Call))
      .then(
        (response) => {
          reply(null, response);
        },
        (error: unknown) => {
          reply({ code: status.UNKNOWN, details: messageOf(error) });
        },
      );
  };
}

/** Runs a Pulumi program to its end. What it prints goes to the host's own streams, which the engine shows. */
async function runProgram(request: messages.RunRequest, call: Call, engine: string): Promise<messages.RunResponse> {
  const info = request.getInfo();
  const folder = programFolder(info);
  const options = readOptions(info?.getOptions());
  const args = [
    ...options.nodeargs,
    runnerOf("run", folder),
    ...flag("monitor", request.getMonitorAddress()),
    ...flag("engine", engine),
    ...flag("organization", request.getOrganization()),
    ...flag("project", request.getProject()),
    ...flag("stack", request.getStack()),
    ...flag("pwd", request.getPwd()),
    ...flag("root-directory", info?.getRootDirectory() ?? ""),
    ...flag("parallel", String(request.getParallel())),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? request.getProgram(),
    ...request.getArgsList(),
  ];
  const child = startNode(args, folder, { ...process.env, ...typescriptOf(options), ...configOf(request) }, "inherit");
  call.once("cancelled", () => {
    stop(child);
  });
  const code = await ended(child);
  const response = new messages.RunResponse();
  if (code === TOLD_THE_USER) {
    return response.setBail(true);
  }
  return code === 0 ? response : response.setError(`Program exited with non-zero exit code: ${code}`);
}

/** The configuration goes by the environment, with the names of its secret keys beside it, where the SDK looks for both. */
function configOf(request: messages.RunRequest): NodeJS.ProcessEnv {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}

function typescriptOf(options: RuntimeOptions): NodeJS.ProcessEnv {
  return {
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/** Runs a policy pack, or a provider written in Node.js, until the engine has no more need of it. */
async function runPlugin(
  call: ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>,
): Promise<void> {
  await streaming(call, async () => {
    const info = call.request.getInfo();
    const folder = programFolder(info);
    const options = readOptions(info?.getOptions());
    const analyzer = call.request.getKind() === "analyzer";
    const runner: Runner = analyzer ? "run-policy-pack" : "run-plugin";
    const entry = info?.getEntryPoint() ?? call.request.getProgram();
    const program = analyzer ? resolve(folder, entry) : entry;
    // A policy pack is given the engine's address and its own place; a plugin its own place and whatever the engine says.
    const words = analyzer
      ? [...call.request.getArgsList(), program]
      : [resolve(folder, program), ...call.request.getArgsList()];
    const env = { ...environmentOf(call.request.getEnvList()), ...typescriptOf(options) };
    const cwd = analyzer ? folder : call.request.getPwd();
    const child = startNode([...options.nodeargs, runnerOf(runner, folder), ...words], cwd, env, "pipe");
    call.once("cancelled", () => {
      stop(child);
    });
    child.stdout?.on("data", (chunk: Buffer) => call.write(new messages.RunPluginResponse().setStdout(chunk)));
    child.stderr?.on("data", (chunk: Buffer) => call.write(new messages.RunPluginResponse().setStderr(chunk)));
    call.write(new messages.RunPluginResponse().setExitcode(await ended(child)));
  });
}

/** The engine gives a plugin its whole environment; when it gives none, the host's own is meant. */
function environmentOf(given: readonly string[]): NodeJS.ProcessEnv {
  if (given.length === 0) {
    return process.env;
  }
  const pairs = given.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  return { PATH: process.env["PATH"], HOME: process.env["HOME"], ...Object.fromEntries(pairs) };
}

/** `pulumi install`: the package manager of the project, its output passed on as it comes. */
async function installDependencies(
  call: ServerWritableStream<messages.InstallDependenciesRequest, messages.InstallDependenciesResponse>,
): Promise<void> {
  await streaming(call, async () => {
    const options = readOptions(call.request.getInfo()?.getOptions());
    const folder = packageFolder(call.request.getDirectory());
    const child = spawn(options.packagemanager, ["install"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    call.once("cancelled", () => {
      stop(child);
    });
    child.stdout.on("data", (chunk: Buffer) => call.write(new messages.InstallDependenciesResponse().setStdout(chunk)));
    child.stderr.on("data", (chunk: Buffer) => call.write(new messages.InstallDependenciesResponse().setStderr(chunk)));
    const code = await ended(child);
    if (code !== 0) {
      throw new Error(`${options.packagemanager} install in ${folder} failed with exit code ${code}`);
    }
  });
}

/** Ends a stream when the work ends; an error reaches the engine with its message. */
async function streaming(call: ServerWritableStream<unknown, unknown>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    call.end();
  } catch (error) {
    call.destroy(Object.assign(new Error(messageOf(error)), { code: status.UNKNOWN, details: messageOf(error) }));
  }
}

function programFolder(info: messages.ProgramInfo | undefined): string {
  return info?.getProgramDirectory() ?? process.cwd();
}

function flag(name: string, value: string): string[] {
  return value === "" ? [] : [`--${name}`, value];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
