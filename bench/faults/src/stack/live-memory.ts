import { findFreePort } from '@tenon/platform/processes';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a process may take to open its inspector. */
const PATIENCE_MS = 10_000;
const MEASURE = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

interface Reply {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** What a process of Node holds on to, asked through its inspector: what lies about to be collected does not count. */
export class LiveMemory {
  private readonly port: number;

  private constructor(port: number) {
    this.port = port;
  }

  static async withFreePort(): Promise<LiveMemory> {
    return new LiveMemory(await findFreePort());
  }

  /** What the process has to be started with. */
  get nodeOptions(): string {
    return `--inspect-port=127.0.0.1:${this.port}`;
  }

  /** Bytes on the heap and beside it that are in use after all garbage was collected. */
  async measure(pid: number): Promise<number> {
    process.kill(pid, 'SIGUSR1'); // opens the inspector, if it is not open yet
    const socket = new WebSocket(await this.findAddress());
    try {
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve, { once: true });
        socket.addEventListener('error', () => reject(new Error('The inspector let nobody in.')), { once: true });
      });
      await ask(socket, 1, 'HeapProfiler.collectGarbage');
      const reply = await ask(socket, 2, 'Runtime.evaluate', { expression: MEASURE });
      return Number(reply.result?.result?.value);
    } finally {
      socket.close();
    }
  }

  private async findAddress(): Promise<string> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await delay(20)) {
      try {
        const targets = (await (await fetch(`http://127.0.0.1:${this.port}/json/list`)).json()) as Target[];
        if (targets[0]) return targets[0].webSocketDebuggerUrl;
      } catch (error) {
        if (Date.now() > deadline) throw new Error('The inspector does not open.', { cause: error });
      }
    }
  }
}

interface Target {
  readonly webSocketDebuggerUrl: string;
}

/** Sends a command of the inspector's protocol and gives its reply. */
function ask(socket: WebSocket, id: number, method: string, params = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const hear = ({ data }: MessageEvent) => {
      const reply = JSON.parse(String(data)) as Reply;
      if (reply.id !== id) return;
      socket.removeEventListener('message', hear);
      resolve(reply);
    };
    socket.addEventListener('message', hear);
    socket.addEventListener('close', () => reject(new Error('The inspector has closed.')), { once: true });
    socket.send(JSON.stringify({ id, method, params }));
  });
}
