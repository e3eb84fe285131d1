/** A line from one node to another, by number. */
export interface Line {
  readonly from: number;
  readonly to: number;
}

/**
 * Order of a graph that may have circles, for many questions in little time: nodes are numbered from 0, nodes of one
 * circle form one group, and groups are numbered against the direction of the lines.
 */
export class GraphOrder {
  private readonly successors: number[][];
  /** Number of the group of each node. */
  private readonly groupOf: Int32Array;
  private readonly groups: readonly number[][];
  private upstream?: readonly Uint32Array[];

  constructor(
    private readonly size: number,
    private readonly lines: readonly Line[],
  ) {
    this.successors = Array.from({ length: size }, () => []);
    for (const { from, to } of lines) this.successors[from]?.push(to);
    this.groupOf = new Int32Array(size).fill(-1);
    this.groups = findGroups(this.successors, this.groupOf);
  }

  /** The nodes that lines lead to from `starts`, these included. */
  reachableFrom(starts: Iterable<number>): ReadonlySet<number> {
    const reached = new Set<number>(starts);
    const queue = [...reached];
    for (let node = queue.pop(); node !== undefined; node = queue.pop())
      for (const next of this.successors[node] ?? [])
        if (!reached.has(next)) {
          reached.add(next);
          queue.push(next);
        }
    return reached;
  }

  /** The circles: groups of nodes that lead to each other, and single nodes that lead to themselves. */
  circles(): readonly (readonly number[])[] {
    const loops = new Set(this.lines.filter(({ from, to }) => from === to).map(({ from }) => from));
    return this.groups.filter((group) => group.length > 1 || loops.has(group[0] as number));
  }

  /** Do lines lead from `before` to `node`? */
  isUpstream(before: number, node: number): boolean {
    const wanted = this.groupOf[before] as number;
    const group = this.groupOf[node] as number;
    if (wanted === group) return before !== node;
    this.upstream ??= this.findUpstream();
    return (((this.upstream[group]?.[wanted >>> 5] ?? 0) >>> (wanted & 31)) & 1) === 1;
  }

  /** For each group the groups before it, one bit each: 10 000 nodes take 12 MB and some milliseconds. */
  private findUpstream(): readonly Uint32Array[] {
    const words = Math.ceil(this.groups.length / 32);
    const upstream = this.groups.map(() => new Uint32Array(words));
    for (let group = this.groups.length - 1; group >= 0; group--) {
      const own = upstream[group] as Uint32Array;
      for (const node of this.groups[group] as number[])
        for (const next of this.successors[node] as number[]) {
          const target = this.groupOf[next] as number;
          if (target === group) continue;
          const bits = upstream[target] as Uint32Array;
          for (let word = 0; word < words; word++) bits[word] = (bits[word] as number) | (own[word] as number);
          bits[group >>> 5] = (bits[group >>> 5] as number) | (1 << (group & 31));
        }
    }
    return upstream;
  }
}

/** Tarjan's algorithm without recursion; fills `groupOf`, and a group comes after all that it leads to. */
function findGroups(successors: readonly (readonly number[])[], groupOf: Int32Array): number[][] {
  const groups: number[][] = [];
  const order = new Int32Array(successors.length).fill(-1);
  const low = new Int32Array(successors.length);
  const open: number[] = [];
  let counter = 0;
  for (let start = 0; start < successors.length; start++) {
    if (order[start] !== -1) continue;
    const path: { node: number; next: number }[] = [{ node: start, next: 0 }];
    while (path.length > 0) {
      const step = path[path.length - 1] as { node: number; next: number };
      const { node } = step;
      if (step.next === 0) {
        order[node] = low[node] = counter++;
        open.push(node);
      }
      const next = successors[node]?.[step.next++];
      if (next !== undefined) {
        if (order[next] === -1) path.push({ node: next, next: 0 });
        else if (groupOf[next] === -1) low[node] = Math.min(low[node] as number, order[next] as number);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1]?.node;
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
      if (low[node] === order[node]) groups.push(closeGroup(open, node, groupOf, groups.length));
    }
  }
  return groups;
}

function closeGroup(open: number[], first: number, groupOf: Int32Array, number: number): number[] {
  const group: number[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    groupOf[node] = number;
    group.push(node);
    if (node === first) break;
  }
  return group.reverse();
}
