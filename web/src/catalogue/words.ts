import type { ItemAutoOrderStep } from '@perennial/contract/item.ts';

/** A step of a fixed schedule in words. */
export function stepWords(step: ItemAutoOrderStep): string {
  switch (step.type) {
    case 'pause':
      return `Wait ${step.pause_days ?? 0} days`;
    case 'pause until':
      return step.pause_until_day_of_month === undefined
        ? `Wait until ${step.pause_until_date ?? 'a date'}`
        : `Wait until day ${step.pause_until_day_of_month} of the month`;
    case 'loop':
      return 'Begin again';
    case 'kit only':
      return 'Belongs to a kit';
    default:
      return `${step.recurring_merchant_item_id ?? 'The item'}, ${scheduleWords(step)}`;
  }
}

const scheduleWords = ({ schedule, arbitrary_schedule_days: days }: ItemAutoOrderStep): string =>
  days === undefined ? (schedule ?? 'once') : `every ${days} days`;

/** How often a step is repeated, in words. */
export const repeatWords = ({ type, repeat_count: count }: ItemAutoOrderStep): string =>
  type !== undefined && type !== 'item' ? '–' : count === undefined ? 'Without end' : `${count} ×`;
