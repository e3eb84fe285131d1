import { spawn, type ChildProcess } from 'node:child_process';

// Reads `+ <pid>` and `- <pid>`, and kills what is left when its input ends: the kernel closes the pipe however the
// owner dies. Signals of a terminal are not for it.
const script = `
trap '' INT TERM HUP
pids=
while read -r op pid; do
  case $op in
    +) pids="$pids $pid" ;;
    -) kept=; for one in $pids; do [ "$one" = "$pid" ] || kept="$kept $one"; done; pids=$kept ;;
  esac
done
[ -z "$pids" ] || kill -9 $pids
`;

/**
 * Sees to it that no child outlives this process, even when this process is killed while a child is busy and cannot
 * look at anything itself. A small shell in a session of its own keeps the list of children.
 */
export class OrphanReaper {
  readonly #pids = new Set<number>();
  #shell: ChildProcess | undefined;
  #isClosed = false;

  /** Puts a running child on the list. */
  add(pid: number): void {
    this.#pids.add(pid);
    if (this.#shell) this.#write(`+ ${pid}\n`);
    else this.#start();
  }

  /** Takes a child off the list, once it has ended. */
  remove(pid: number): void {
    this.#pids.delete(pid);
    this.#write(`- ${pid}\n`);
  }

  /** Ends the shell, which kills what is still on the list. */
  close(): void {
    this.#isClosed = true;
    this.#shell?.stdin?.end();
  }

  #start(): void {
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], env: {}, detached: true });
    this.#shell = shell;
    const restart = () => {
      if (this.#shell !== shell || this.#isClosed) return;
      this.#shell = undefined;
      if (this.#pids.size > 0) this.#start();
    };
    // Without it a killed shell would leave later children unguarded; one that cannot start is tried at the next child.
    shell.on('exit', restart);
    shell.on('error', () => (this.#shell = undefined));
    // Writing to a shell that has just died fails before its exit is known; the new one gets the whole list.
    shell.stdin?.on('error', () => {});
    shell.unref();
    for (const pid of this.#pids) this.#write(`+ ${pid}\n`);
  }

  #write(line: string): void {
    this.#shell?.stdin?.write(line);
  }
}
