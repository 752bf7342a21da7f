import { createServer } from "node:http";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { ANY_USER_SCOPE } from "../services/api/auth";
import { listen } from "../services/kit/http/server";
import { median, report } from "./kit/figures";
import { flood } from "./kit/load";
import { ServerProcess } from "./kit/server";
import { sized } from "./kit/size";

/** Requests of one round, connections, rounds, and users asked for. */
const REQUESTS = sized(20_000, 200);
const CONNECTIONS = 32;
const ROUNDS = sized(7, 1);
const USERS = 500;

const WAYS = ["none", "tokens", "exposures", "telemetry", "tokens+exposures+telemetry"] as const;

/**
 * What each feature adds to the processor time of a hit at hand, the cheapest answer there is: tokens that were verified
 * before, an exposure of each list, counts. Beside the API without any. Rounds are interleaved, two are not counted.
 */
async function main(): Promise<void> {
  const { issuer, token, stop } = await startIssuer();
  const program = join(__dirname, "serving", "around.ts");
  const register = join(__dirname, "..", "local", "toolchain", "register.cjs");
  const servers = new Map<string, ServerProcess>();
  for (const way of WAYS) {
    servers.set(way, await ServerProcess.start(process.execPath, ["--require", register, program, way, issuer]));
  }
  const spent = new Map<string, number[]>(WAYS.map((way) => [way, []]));
  let next = 0;
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [way, server] of servers) {
      const consent = way.includes("exposures") ? "?consent=all" : "";
      const path = (): string => `/v1/users/u${(next += 1) % USERS}/recommendations${consent}`;
      const more = way.includes("tokens") ? `Authorization: Bearer ${token}\r\n` : "";
      const seconds = await server.cpuOf((port) => flood(port, REQUESTS, CONNECTIONS, path, more));
      if (round >= 0) spent.get(way)?.push((seconds / REQUESTS) * 1e6);
    }
  }
  const of = (way: string): number => median(spent.get(way) ?? []);
  report(
    WAYS.slice(1).map((way) => ({
      what: `hit at hand with ${way.replaceAll("+", ", ")} (${of(way).toFixed(1)} us)`,
      value: of(way) / of("none"),
      unit: "x",
      peer: `without any ${of("none").toFixed(1)} us`,
      rounds: ROUNDS,
    })),
  );
  for (const server of servers.values()) await server.stop();
  stop();
}

/** An issuer of one key, and a service's token. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "bench", alg: "RS256" };
  const server = createServer((request, response) => {
    response.end(JSON.stringify(request.url === "/keys" ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  const issuer = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
  const token = await new SignJWT({ scope: ANY_USER_SCOPE })
    .setProtectedHeader({ alg: "RS256", kid: "bench" })
    .setIssuer(issuer)
    .setSubject("shop")
    .setAudience("bench")
    .setExpirationTime("1h")
    .sign(privateKey);
  return { issuer, token, stop: () => server.close() };
}

void main();
