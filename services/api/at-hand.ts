import { LRUCache } from "lru-cache";
import type { Recommendation } from "./answers";
import type { Authenticator } from "./auth";
import type { ConsentGiven, ExposureLog } from "./exposures";
import { KEEP_ALIVE_MS } from "../kit/http/server";
import { ReadyAnswer } from "../kit/http/fast-path/ready-answer";

/** Answers kept as they were sent: about 1 KB each. */
const AT_HAND = 20_000;

interface Kept {
  readonly answer: ReadyAnswer;
  readonly until: number;
  /** What authorization and the exposure log need of it when it is sent again. */
  readonly list: Recommendation;
  readonly consent: ConsentGiven;
}

export interface AtHandOptions {
  /** For how long an answer is given again as it is, milliseconds; 0 for never. */
  readonly ms: number;
  readonly now: () => number;
  readonly authenticator?: Authenticator;
  readonly exposures?: Pick<ExposureLog, "record">;
  /** Called for each answer that is sent again. */
  readonly onGiven?: (list: Recommendation) => void;
}

/** Answers as they were sent a moment ago, by address: the cheapest cache there is. */
export class AtHand {
  private readonly kept = new LRUCache<string, Kept>({ max: AT_HAND });
  /** What the server calls first for each GET. It returns nothing for a caller whose token has still to be verified. */
  readonly find: (url: string, authorization: string | undefined) => ReadyAnswer | undefined;

  constructor(private readonly options: AtHandOptions) {
    const { authenticator, exposures, onGiven } = options;
    // Features that are off must cost nothing: this is called tens of thousands of times a second.
    const plain = authenticator === undefined && exposures === undefined && onGiven === undefined;
    this.find = plain
      ? (url) => this.get(url)?.answer
      : (url, authorization) => {
          const found = this.get(url);
          if (found === undefined) return undefined;
          const { list, consent } = found;
          if (authenticator !== undefined) {
            const caller = authenticator.known(authorization);
            if (caller === undefined || !(caller.anyUser || caller.subject === list.userId)) return undefined;
          }
          exposures?.record(list, consent);
          onGiven?.(list);
          return found.answer;
        };
  }

  set(url: string | undefined, list: Recommendation, consent: ConsentGiven): void {
    const { ms, now } = this.options;
    if (url === undefined || ms <= 0) return;
    this.kept.set(url, { answer: new ReadyAnswer(list, KEEP_ALIVE_MS), until: now() + ms, list, consent });
  }

  private get(url: string): Kept | undefined {
    const found = this.kept.get(url);
    return found !== undefined && this.options.now() < found.until ? found : undefined;
  }
}
