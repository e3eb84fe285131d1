/** Places that are given in the order in which they are asked for. */
export class Places {
  private free: number;
  private readonly waiting: { readonly count: number; readonly go: () => void }[] = [];

  constructor(readonly count: number) {
    this.free = count;
  }

  /** Resolves when so many are taken. */
  take(count: number): Promise<void> {
    return new Promise((go) => {
      this.waiting.push({ count, go });
      this.admit();
    });
  }

  give(count: number): void {
    this.free += count;
    this.admit();
  }

  private admit(): void {
    for (let [next] = this.waiting; next && next.count <= this.free; [next] = this.waiting) {
      this.waiting.shift();
      this.free -= next.count;
      next.go();
    }
  }
}
