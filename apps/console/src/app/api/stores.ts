/** Texts by name in a storage of the browser. Where that refuses, as in a private window or when it is full, the page keeps them. */
class Store {
  private readonly kept = new Map<string, string>();

  constructor(private readonly open: () => Storage) {}

  read(name: string): string | undefined {
    return this.kept.get(name) ?? this.tried((storage) => storage.getItem(name)) ?? undefined;
  }

  /** @param text  without it the name is forgotten */
  write(name: string, text: string | undefined): void {
    this.kept.delete(name);
    this.tried((storage) => storage.removeItem(name)); // an older text never stands for one that is refused
    if (text === undefined) return;
    const isStored = this.tried((storage) => {
      storage.setItem(name, text);
      return true;
    });
    if (!isStored) this.kept.set(name, text);
  }

  clear(): void {
    this.kept.clear();
    this.tried((storage) => storage.clear());
  }

  private tried<Result>(work: (storage: Storage) => Result): Result | undefined {
    try {
      return work(this.open());
    } catch {
      return undefined;
    }
  }
}

/* eslint-disable no-restricted-globals -- the one door to them, as even looking at them may throw */
/** Until a tab is closed. */
export const tabStore = new Store(() => sessionStorage);
/** For all tabs of this browser, until it is cleared. */
export const browserStore = new Store(() => localStorage);
