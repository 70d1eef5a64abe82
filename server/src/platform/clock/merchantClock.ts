import { Temporal } from 'temporal-polyfill';

/**
 * A merchant's clock: the real one, or a test clock that was set to a moment and either stays there
 * or runs from there at the speed of the real one.
 */
export type ClockSetting =
  | { readonly kind: 'real' }
  | { readonly kind: 'standing'; readonly at: Temporal.Instant }
  | { readonly kind: 'running'; readonly at: Temporal.Instant; readonly setAt: Temporal.Instant };

/**
 * The moment on the merchant's clock, to the whole second, when the machine's clock shows
 * `systemNow`.
 */
export function readClock(setting: ClockSetting, systemNow: Temporal.Instant): Temporal.Instant {
  return wholeSecond(shown(setting, systemNow));
}

/** True for a clock that a call may move. */
export const isTestClock = (setting: ClockSetting): boolean => setting.kind !== 'real';

function shown(setting: ClockSetting, systemNow: Temporal.Instant): Temporal.Instant {
  switch (setting.kind) {
    case 'real':
      return systemNow;
    case 'standing':
      return setting.at;
    case 'running':
      return setting.at.add({
        milliseconds: systemNow.epochMilliseconds - setting.setAt.epochMilliseconds,
      });
  }
}

function wholeSecond(at: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at.epochMilliseconds / 1000) * 1000);
}
