/**
 * The future events in the order of their moments, as a binary heap. Events of the same moment keep
 * the order in which they were added.
 */
export class Agenda<Happening> {
  readonly #heap: { readonly ms: number; readonly order: number; readonly what: Happening }[] = [];
  #count = 0;

  put(ms: number, what: Happening): void {
    const heap = this.#heap;
    heap.push({ ms, order: this.#count++, what });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Returns the next event up to and including `untilMs`. */
  take(untilMs: number): { readonly ms: number; readonly what: Happening } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.ms > untilMs) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      if (left >= this.#heap.length) return;
      const child =
        left + 1 < this.#heap.length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      parent = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a]!, this.#heap[b]!];
    return one.ms < other.ms || (one.ms === other.ms && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }
}
