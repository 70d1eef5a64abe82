import type { OrderActionId, OrderFacts } from './actions.ts';
import { readAffiliate, readReplacement, trackingNumbers } from './ask.ts';
import {
  adjustTotal,
  allowRefunds,
  assignAffiliate,
  blockRefunds,
  cancelOrder,
  chargeOrder,
  deleteOrder,
  duplicateOrder,
  holdOrder,
  moveOrder,
  type OrderStage,
  releaseOrder,
  replaceOrder,
  resendMail,
  shipOrder,
  withdrawRefund,
} from './queries.ts';

/** An action that a person confirmed. */
export interface Confirmed {
  readonly id: string;
  readonly action: OrderActionId;
  /** The facts that the person saw. */
  readonly facts: OrderFacts;
  /** The typed values by the keys of the fields. */
  readonly texts: Readonly<Record<string, string>>;
  readonly key: string;
}

/** The result of an action: a sentence, and an undo if it is possible. */
export interface Done {
  readonly text: string;
  readonly undo?: (() => Promise<void>) | undefined;
}

/**
 * Runs a confirmed action. Throws the server's refusal, or a sentence about the fault in the input.
 */
export async function runAction({ id, action, facts, texts, key }: Confirmed): Promise<Done> {
  const stage = (texts['stage'] ?? 'Completed Order') as OrderStage;
  const runs: Readonly<Record<OrderActionId, () => Promise<Done>>> = {
    charge: async () => {
      const said = await chargeOrder(id, facts.stages.owed, key);
      return { text: said || `Order ${id} was charged. It cannot be undone.` };
    },
    paid: async () => {
      const said = await moveOrder(id, stage, key);
      return { text: join(`Order ${id} is recorded as paid. It cannot be undone.`, said) };
    },
    ship: async () => {
      await shipOrder(id, texts['center'] ?? '', trackingNumbers(texts['tracking']), key);
      return { text: `The shipment of order ${id} is recorded. It cannot be undone.` };
    },
    release: async () => {
      await releaseOrder(id, key);
      return { text: `Order ${id} is released.`, undo: () => holdOrder(id) };
    },
    refund: () => Promise.reject(new Error('A refund has its own dialog.')),
    hold: async () => {
      await holdOrder(id, key);
      return { text: `Order ${id} is held.`, undo: () => releaseOrder(id) };
    },
    cancel: async () => {
      const said = await cancelOrder(id, key);
      return { text: join(`Order ${id} is canceled. It cannot be undone.`, said) };
    },
    reject: () => rejected(id, facts, key),
    duplicate: async () => {
      const copy = await duplicateOrder(id, key);
      return { text: `Order ${copy} was made.`, undo: () => deleteOrder(copy) };
    },
    replace: async () => {
      const lines = readReplacement(facts, texts);
      if ('fault' in lines) throw new Error(lines.fault);
      const made = await replaceOrder(id, lines, key);
      return { text: `Replacement ${made} was made. It cannot be undone.` };
    },
    receipt: async () => {
      await resendMail(id, 'resendReceipt', key);
      return { text: `The receipt of order ${id} is sent again.` };
    },
    'shipment-mail': async () => {
      await resendMail(id, 'resendShipmentConfirmation', key);
      return { text: `The shipment mail of order ${id} is sent again.` };
    },
    ...detailRuns({ id, facts, texts, key }),
  };
  return runs[action]();
}

type DetailId =
  | 'adjust'
  | 'affiliate'
  | 'block-refunds'
  | 'allow-refunds'
  | 'withdraw-refund'
  | 'delete';

const detailRuns = ({
  id,
  facts,
  texts,
  key,
}: Omit<Confirmed, 'action'>): Readonly<Record<DetailId, () => Promise<Done>>> => ({
  adjust: async () => {
    const said = await adjustTotal(id, (texts['total'] ?? '').trim(), key);
    return { text: join(`The total of order ${id} is lower now.`, said) };
  },
  affiliate: async () => {
    const wanted = readAffiliate(texts);
    if ('fault' in wanted) throw new Error(wanted.fault);
    await assignAffiliate(id, wanted, key);
    const before = facts.order.affiliates?.[0];
    const undo =
      before?.affiliate_oid === undefined
        ? undefined
        : () => assignAffiliate(id, { oid: before.affiliate_oid!, subId: before.sub_id ?? '' });
    return { text: `Order ${id} has the affiliate ${wanted.oid}.`, undo };
  },
  'block-refunds': async () => {
    await blockRefunds(id, (texts['reason'] ?? '').trim(), key);
    return { text: `Refunds of order ${id} are blocked.`, undo: () => allowRefunds(id) };
  },
  'allow-refunds': async () => {
    await allowRefunds(id, key);
    const { reason = '' } = facts.stages.refund_block ?? {};
    return {
      text: `Order ${id} can be refunded again.`,
      undo: () => blockRefunds(id, reason),
    };
  },
  'withdraw-refund': async () => {
    await withdrawRefund(id, key);
    return { text: `The refund of order ${id} is withdrawn. It cannot be undone.` };
  },
  delete: async () => {
    await deleteOrder(id, key);
    return { text: `Order ${id} is deleted. It cannot be undone.` };
  },
});

/** A rejected order can only go back to Accounts Receivable, so only that move is an undo. */
async function rejected(id: string, { order }: OrderFacts, key: string): Promise<Done> {
  const said = await moveOrder(id, 'Rejected', key);
  const undo = async () => void (await moveOrder(id, 'Accounts Receivable'));
  return {
    text: join(`Order ${id} is rejected.`, said),
    undo: order.current_stage === 'Accounts Receivable' ? undo : undefined,
  };
}

const join = (text: string, more: string | undefined): string => `${text} ${more ?? ''}`.trim();
