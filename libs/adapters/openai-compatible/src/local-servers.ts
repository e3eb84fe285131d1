import { Agent, fetch, interceptors, type Dispatcher } from 'undici';

/** A program on this computer that serves models. */
export interface LocalServer {
  /** As people know it: `Ollama`. */
  readonly name: string;
  /** What goes into a provider's settings. */
  readonly baseUrl: string;
  /** Ids of the models it offers, at least one. */
  readonly models: readonly string[];
}

/** Where to look. */
export interface LocalServerSearch {
  /** Default: the usual ports of Ollama, LM Studio, llama.cpp and vLLM. */
  readonly candidates?: readonly Omit<LocalServer, 'models'>[];
  /** For each candidate, in milliseconds, default 700. */
  readonly timeoutMs?: number;
}

const CANDIDATES = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
];

/** More than any list of models. */
const MAX_LIST_BYTES = 1024 * 1024;

/** Looks for OpenAI-compatible servers on this computer. What does not answer in their form is not one; never throws. */
export async function detectLocalServers(search: LocalServerSearch = {}): Promise<readonly LocalServer[]> {
  const { candidates = CANDIDATES, timeoutMs = 700 } = search;
  const agent = new Agent({ maxResponseSize: MAX_LIST_BYTES, allowH2: false });
  const dispatcher = agent.compose(interceptors.decompress({ maxSize: MAX_LIST_BYTES }));
  const found = await Promise.all(
    candidates.map(async (candidate) => ({
      ...candidate,
      models: await findModels(candidate.baseUrl, timeoutMs, dispatcher),
    })),
  );
  await agent.destroy();
  return found.filter(({ models }) => models.length > 0);
}

async function findModels(baseUrl: string, timeoutMs: number, dispatcher: Dispatcher): Promise<readonly string[]> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`${baseUrl}/models`, { signal, redirect: 'error', dispatcher });
    const list = (await response.json()) as { data?: readonly { id?: unknown }[] };
    if (!response.ok || !Array.isArray(list?.data)) return [];
    return list.data.flatMap((model) => (typeof model?.id === 'string' ? [model.id] : []));
  } catch {
    // nobody listens there, or something else does
    return [];
  }
}
