/**
 * How often an auto order item ships, in the spelling of the wire (auto_order reference,
 * AutoOrderItem.frequency). `Every...` means every `arbitrary_schedule_days` days. This is the only
 * list: a new frequency is added here, and the compiler then asks for its interval in
 * `autoOrders/schedule.ts`.
 */
export const frequencies = [
  'Weekly',
  'Biweekly',
  'Every...',
  'Every 10 Days',
  'Every 24 Days',
  'Every 28 Days',
  'Monthly',
  'Every 45 Days',
  'Every 2 Months',
  'Every 3 Months',
  'Every 4 Months',
  'Every 5 Months',
  'Every 6 Months',
  'Yearly',
  'Every 4 Weeks',
  'Every 6 Weeks',
  'Every 8 Weeks',
] as const;

/** How often an item ships. */
export type Frequency = (typeof frequencies)[number];

/** Returns whether a text is a frequency, in its exact spelling. */
export const isFrequency = (text: string): text is Frequency =>
  (frequencies as readonly string[]).includes(text);
