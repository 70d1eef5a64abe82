import type { AutoOrder, AutoOrderResponse } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderPreviewResponse } from '@perennial/contract/change.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, callVersioned, type Versioned } from '../api/call.ts';
import { everyPageAfter } from '../api/everyPage.ts';
import { queryClient } from '../api/query.ts';
import { autoOrderKey } from '../autoOrder/queries.ts';
import { nameOf } from '../autoOrders/words.ts';
import type { BulkMoney } from '../kit/bulkMoney.ts';
import type { UndoCall } from '../shell/changes.ts';
import { bodyOf, inverseOf } from './change.ts';
import type { Choice, Deed } from './form.ts';
import { cancelsNow } from './stopParts.ts';

export { type Attempt, attempt } from '../api/attempt.ts';
export { isOutdated } from '../api/refused.ts';

/** The auto order at the start of an edit. */
export interface Base {
  readonly order: AutoOrder;
  readonly oid: number;
  readonly version: number;
}

const expanded = {
  _expand: [
    'items',
    'add_ons',
    'properties',
    'original_order.billing',
    'original_order.shipping',
    'original_order.payment',
  ].join(','),
};

// Not the key of the page: a form keeps the record that it started with, even if the page below
// changes.
const formKey = (code: string) => ['form of auto order', code] as const;

/** The record that a form starts with. It is read when the form opens, and not refreshed. */
export const baseQuery = (code: string) =>
  queryOptions<Base>({
    queryKey: [...formKey(code), 'base'],
    queryFn: () => readBase(code),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** The current auto order. */
export async function readBase(code: string): Promise<Base> {
  const read = await callVersioned('getAutoOrderByCode', {
    params: { auto_order_code: code },
    query: expanded,
  });
  return baseOf(read);
}

function baseOf({ body, version = 0 }: Versioned<AutoOrderResponse>): Base {
  const order = body.auto_order ?? {};
  return { order, oid: order.auto_order_oid ?? 0, version };
}

const previewedRebills = 3;

/** The next three rebills before and after a change. */
export const previewQuery = (code: string, { order, oid, version }: Base, deed: Deed | undefined) =>
  queryOptions<AutoOrderPreviewResponse>({
    queryKey: [...formKey(code), 'preview', version, deed],
    enabled: deed !== undefined && deed.kind !== 'merge' && deed.kind !== 'card',
    placeholderData: keepPreviousData,
    gcTime: 0,
    queryFn: ({ signal }) =>
      call('previewAutoOrderChange', {
        params: { auto_order_oid: oid },
        body: { ...changeOf(order, deed), count: previewedRebills },
        ifMatch: version,
        signal,
      }),
  });

/** If one auto order has more rebills than this within the span, they are not added up. */
const moneyRebills = 35;
const moneyDays = 30;
const soonDays = 2;

/** Previews the revenue of the next 30 days. Fails if the server would refuse the change. */
export async function previewMoney(base: Base, deed: Deed, now: string): Promise<BulkMoney> {
  const { before = [], after = [] } = await call('previewAutoOrderChange', {
    params: { auto_order_oid: base.oid },
    body: { ...changeOf(base.order, deed), count: moneyRebills },
    ifMatch: base.version,
  });
  const within = (days: number) => (rebill: PreviewRebill) =>
    Date.parse(rebill.shipment_dts ?? '') < Date.parse(now) + days * 86_400_000;
  const sum = (rebills: readonly PreviewRebill[]) =>
    rebills.filter(within(moneyDays)).reduce((total, rebill) => total + (rebill.total ?? 0), 0);
  return {
    before: sum(before),
    after: sum(after),
    currency: before[0]?.currency_code ?? after[0]?.currency_code,
    risks: [
      ...((after[0]?.total ?? 0) > (before[0]?.total ?? 0) && before.length > 0
        ? ['costs more than before']
        : []),
      ...([before[0], after[0]].some((next) => next && within(soonDays)(next))
        ? ['ships within two days']
        : []),
      ...((base.order.credit_card_attempt ?? 0) > 0 ? ['is being retried'] : []),
    ],
  };
}

function changeOf(order: AutoOrder, deed: Deed | undefined) {
  switch (deed?.kind) {
    case 'update':
      return { auto_order: bodyOf(order, deed.changes) };
    case 'skip':
    case 'unskip':
    case 'resume':
    case 'reactivate':
      return { action: deed.kind, action_request: deed.request };
    default:
      return { auto_order: {} };
  }
}

/** The next rebill: a charge shows its amount before it is confirmed. */
export const nextRebillQuery = (code: string, oid: number) =>
  queryOptions<PreviewRebill | null>({
    queryKey: [...formKey(code), 'next rebill'],
    gcTime: 0,
    queryFn: async ({ signal }) =>
      (
        await call('previewAutoOrder', {
          params: { auto_order_oid: oid },
          query: { count: 1 },
          signal,
        })
      ).rebills?.[0] ?? null,
  });

/** The merchant's reasons for canceling. */
export const cancelReasonsQuery = queryOptions<readonly string[]>({
  queryKey: ['cancel reasons'],
  queryFn: async ({ signal }) =>
    ((await call('getAutoOrderCancelReasons', { signal })).cancel_reasons ?? []).flatMap(
      ({ reason }) => reason ?? [],
    ),
});

/** The other active auto orders of the customer: oid, code and name. */
export const mergeableQuery = (code: string, { order }: Base) =>
  queryOptions<readonly Choice[]>({
    queryKey: [...formKey(code), 'mergeable'],
    queryFn: async ({ signal }) => {
      const email = order.original_order?.billing?.email;
      if (email === undefined) return [];
      const found = await everyPageAfter(async (page) => {
        const { auto_orders: rows, next_cursor: next } = await call('searchAutoOrders', {
          body: { text: email, status: ['active'] },
          query: page,
          signal,
        });
        return { rows, next };
      });
      return (
        found
          // The text also finds addresses that begin with it.
          .filter(
            ({ auto_order_code: each, customer }) =>
              each !== code && customer?.email?.toLowerCase() === email.toLowerCase(),
          )
          .map((row) => ({
            value: String(row.auto_order_oid),
            label: `${row.auto_order_code}, ${nameOf(row.customer)}`,
          }))
      );
    },
  });

/** A link through which the customer enters another card. */
export const makeCardLink = async (oid: number): Promise<string> =>
  (await call('getAutoOrderUpdateBillingUrl', { params: { auto_order_oid: oid } }))
    .update_billing_url ?? '';

/** The result of a saved change. */
export interface Done {
  readonly undo?: UndoCall | undefined;
  /** The server's warning. */
  readonly warning?: string | undefined;
  /** Of a charge. */
  readonly charged?:
    | { readonly isPaid: boolean; readonly orderId?: string | undefined; readonly reason: string }
    | undefined;
}

/**
 * Saves a form if the auto order still has the version that the form started with. The key
 * identifies the decision: a repeated call with it has no second effect.
 */
export async function doDeed(
  code: string,
  base: Base,
  deed: Deed,
  how: { readonly key: string; readonly mailsCancelation: boolean },
): Promise<Done> {
  const done = await sendDeed(base, deed, how);
  await refresh(code);
  return done;
}

/** Saves a form without refreshing the data that shows the auto order. */
export function sendDeed(
  base: Base,
  deed: Deed,
  { key, mailsCancelation }: { readonly key: string; readonly mailsCancelation: boolean },
): Promise<Done> {
  const how = {
    params: { auto_order_oid: base.oid },
    query: expanded,
    ifMatch: base.version,
    idempotencyKey: key,
  };
  return written(base, deed, how, mailsCancelation);
}

/** The parameters of all writes. */
interface How {
  readonly params: { readonly auto_order_oid: number };
  readonly query: { readonly _expand: string };
  readonly ifMatch: number;
  readonly idempotencyKey: string;
}

async function written(base: Base, deed: Deed, how: How, mailsCancelation: boolean): Promise<Done> {
  switch (deed.kind) {
    case 'update': {
      const body = bodyOf(base.order, deed.changes);
      const saved = await callVersioned('updateAutoOrder', { ...how, body });
      return cancelsNow(deed) && mailsCancelation
        ? { warning: warningOf(saved.body) }
        : undoable(base, saved);
    }
    case 'charge':
      return chargeOf((await callVersioned('attemptAutoOrderRebill', how)).body);
    case 'card': {
      const { body } = await callVersioned('updateAutoOrderPayment', {
        ...how,
        body: deed.request,
      });
      return deed.request.attempt_rebill ? chargeOf(body) : { warning: warningOf(body) };
    }
    case 'merge': {
      const body = { source_auto_order_oids: [...deed.oids] };
      return { warning: warningOf(await call('consolidateAutoOrders', { ...how, body })) };
    }
    case 'reactivate': {
      const { body } = await callVersioned('reactivateAutoOrder', { ...how, body: deed.request });
      return { warning: warningOf(body) };
    }
    default:
      return undoable(
        base,
        await callVersioned(actionIds[deed.kind], { ...how, body: deed.request }),
      );
  }
}

const actionIds = {
  skip: 'skipAutoOrder',
  unskip: 'unskipAutoOrder',
  resume: 'resumeAutoOrder',
} as const satisfies Record<string, OperationId>;

function undoable(
  { order: before, oid }: Base,
  { body, version }: Versioned<AutoOrderResponse>,
): Done {
  const changes = inverseOf(before, body.auto_order ?? {});
  return {
    warning: warningOf(body),
    undo:
      version === undefined || changes.length === 0
        ? undefined
        : {
            operation: 'updateAutoOrder',
            params: { auto_order_oid: oid },
            body: bodyOf(body.auto_order ?? {}, changes),
            ifMatch: version,
          },
  };
}

const warningOf = ({ warning }: { readonly warning?: { warning_message?: string } | undefined }) =>
  warning?.warning_message;

function chargeOf(body: {
  readonly rebill_success?: boolean;
  readonly rebill_order_id?: string;
  readonly failure_reason?: string;
}): Done {
  return {
    charged: {
      isPaid: body.rebill_success ?? false,
      orderId: body.rebill_order_id,
      reason: body.failure_reason ?? 'Nothing was charged.',
    },
  };
}

/** Refreshes the data that shows the auto order. */
async function refresh(code: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: autoOrderKey(code) }),
    queryClient.invalidateQueries({ queryKey: ['auto orders'] }),
  ]);
}

/**
 * Reads whether the merchant mails customers about cancelations; true if the person may not read
 * the setting.
 */
export const cancelMailQuery = (isAllowed: boolean) =>
  queryOptions<boolean>({
    queryKey: ['cancelation mails'],
    enabled: isAllowed,
    queryFn: async ({ signal }) =>
      (await call('getMerchantSettings', { signal })).settings?.notices?.canceled ?? true,
  });
