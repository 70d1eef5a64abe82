import { preferences } from './preferences.ts';

/** Applies the preferences to the page, now and after each change. */
export function applyPreferences(): void {
  const apply = () => {
    document.documentElement.dataset['density'] = preferences.get().density;
  };
  apply();
  preferences.subscribe(apply);
}
