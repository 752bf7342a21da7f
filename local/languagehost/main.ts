import { Server, ServerCredentials } from "@grpc/grpc-js";
import grpc from "@pulumi/pulumi/proto/language_grpc_pb";
import { languageHost } from "./host";
import { stopAll } from "./program";

/*
 * The stand-in for pulumi-language-nodejs: the engine starts it, reads the port from the first line of its output, and
 * speaks Pulumi's LanguageRuntime protocol with it. Used only where the official one cannot be had.
 */

/** Milliseconds between looks whether the engine still lives: a killed engine cannot say goodbye. */
const ORPHAN_CHECK_MS = 1_000;

/** Bytes of one message: a stack's configuration, or a state, can be larger than gRPC's default of 4 MiB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

const engineAddress = process.argv.slice(2).find((word) => !word.startsWith("-")) ?? "";
const parent = process.ppid;

function leave(): void {
  stopAll();
  process.exit(0);
}

setInterval(() => {
  if (process.ppid !== parent) {
    leave();
  }
}, ORPHAN_CHECK_MS).unref();
// The engine starts plugins in a process group of their own, ends them with SIGINT, and waits 5 s before it kills them.
process.on("SIGINT", leave);
process.on("SIGTERM", leave);

const server = new Server({
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
});
server.addService(grpc.LanguageRuntimeService, languageHost(engineAddress));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    console.error(`the language host cannot listen on 127.0.0.1: ${error.message}`);
    process.exit(1);
  }
  console.log(port);
});
