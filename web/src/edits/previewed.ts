import type { AutoOrderPreviewResponse } from '@perennial/contract/change.ts';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import type { Shown } from '../autoOrder/shown.ts';
import { formatMoneyChange } from '../kit/money.ts';

/** One of the next rebills before and after a change. */
export interface ComparedRebill {
  /** `1st`, `2nd`, `3rd`. */
  readonly name: string;
  readonly before: RebillWords | undefined;
  readonly after: RebillWords | undefined;
  readonly isChanged: boolean;
}

/** Describes a rebill in a few words. */
export interface RebillWords {
  readonly day: string;
  readonly goods: string;
  readonly total: string;
}

/** Pairs the next rebills before and after the change, the first with the first. */
export function comparedRebills(
  { before = [], after = [] }: Pick<AutoOrderPreviewResponse, 'before' | 'after'>,
  shown: Shown,
): ComparedRebill[] {
  const count = Math.max(before.length, after.length);
  return Array.from({ length: count }, (_, index) => {
    const [was, is] = [wordsOf(before[index], shown), wordsOf(after[index], shown)];
    return {
      name: ordinals[index] ?? `${index + 1}th`,
      before: was,
      after: is,
      isChanged: JSON.stringify(was) !== JSON.stringify(is),
    };
  });
}

const ordinals = ['1st', '2nd', '3rd'];

function wordsOf(rebill: PreviewRebill | undefined, shown: Shown): RebillWords | undefined {
  if (rebill === undefined) return undefined;
  const { shipment_dts, lines = [], total, currency_code } = rebill;
  return {
    day: shown.day(shipment_dts),
    goods: lines.map(goodsOf).join(', '),
    total: shown.money(total, currency_code),
  };
}

const goodsOf = ({
  merchant_item_id: id = '',
  quantity = 1,
  kind,
}: NonNullable<PreviewRebill['lines']>[number]): string => {
  const name = kind === 'cancel fee' ? `${id} (cancel fee)` : id;
  return quantity === 1 ? name : `${quantity} × ${name}`;
};

/** Describes the total difference of all compared rebills in one sentence. */
export function differenceWords(
  { before = [], after = [], ends_after }: AutoOrderPreviewResponse,
  shown: Shown,
  currency: string,
): string {
  const [was, is] = [sumOf(before), sumOf(after)];
  const code = before[0]?.currency_code ?? after[0]?.currency_code ?? currency;
  const ends = endWords[ends_after ?? ''] ?? '';
  if (after.length === 0) return ends === '' ? 'Nothing will be charged.' : ends;
  const sums = `${shown.money(was, code)} → ${shown.money(is, code)}`;
  const money =
    was === is
      ? `The money stays the same: ${shown.money(is, code)} in all.`
      : `${formatMoneyChange(was, is, code)} over these rebills (${sums}).`;
  return ends === '' ? money : `${money} ${ends}`;
}

const sumOf = (rebills: readonly PreviewRebill[]): number =>
  Math.round(rebills.reduce((sum, { total = 0 }) => sum + total, 0) * 10_000) / 10_000;

const endWords: Record<string, string> = {
  completed: 'After that nothing more ships: it completes.',
  canceled: 'After that nothing more ships: it is canceled.',
  disabled: 'Nothing ships while it is disabled.',
  merged: 'Nothing more ships here: its items ship with the other auto order.',
  paused: 'Nothing ships while it is paused.',
  parked: 'It cannot be billed until its fault is fixed.',
};
