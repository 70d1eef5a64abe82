import { call } from '../api/call.ts';
import {
  changedFields,
  keepHere,
  keptHere,
  mergedPreferences,
  preferences,
  unsetPreferences,
} from './preferences.ts';

/**
 * Reads the person's stored choices, and stores later ones until the returned function is called.
 * `owner` identifies the person and the merchant.
 */
export function keepPreferences(owner: string): () => void {
  const keeper = new Keeper(owner);
  return () => keeper.stop();
}

/** Choices within this time are stored together. */
const settleMs = 500;

/**
 * Choices that could not be stored yet stay in this browser, and are stored with the next choice or
 * at the next visit.
 */
class Keeper {
  readonly #owner: string;
  readonly #unsaved: Set<string>;
  readonly #unsubscribe: () => void;
  #known = preferences.get();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(owner: string) {
    const kept = keptHere();
    const isOwn = kept.owner === undefined || kept.owner === owner;
    this.#owner = owner;
    this.#unsaved = new Set(isOwn ? kept.unsaved : []);
    if (!isOwn) this.#apply(unsetPreferences);
    this.#unsubscribe = preferences.subscribe(() => this.#changed());
    // The choices of this browser apply until the server can be reached.
    void this.#readAll().catch(() => {});
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  async #readAll(): Promise<void> {
    this.#apply(mergedPreferences(await read(), preferences.get(), this.#unsaved));
    if (this.#unsaved.size > 0) this.#saveSoon();
  }

  #changed(): void {
    const names = changedFields(this.#known, preferences.get());
    this.#known = preferences.get();
    if (names.length === 0) return;
    for (const name of names) this.#unsaved.add(name);
    this.#keep();
    this.#saveSoon();
  }

  #saveSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save().catch(() => {}), settleMs);
  }

  async #save(): Promise<void> {
    const names = [...this.#unsaved];
    const sent = preferences.get();
    // Another tab may have stored other fields since then.
    const body = { ...mergedPreferences(await read(), sent, names) };
    await call('updateMyPreferences', { body, asksForLogIn: false });
    const changed = new Set(changedFields(sent, preferences.get()));
    for (const name of names) if (!changed.has(name)) this.#unsaved.delete(name);
    this.#keep();
  }

  #apply(next: typeof unsetPreferences): void {
    this.#known = next;
    preferences.set(next);
    this.#keep();
  }

  #keep(): void {
    keepHere({ preferences: preferences.get(), owner: this.#owner, unsaved: [...this.#unsaved] });
  }
}

const read = async (): Promise<object> =>
  (await call('getMyPreferences', { asksForLogIn: false })).preferences ?? {};
