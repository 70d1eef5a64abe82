import type { Temporal } from 'temporal-polyfill';
import { msPerDay } from '../kernel/calendar.ts';
import type { Minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';

/*
 * Tests of cards. A test authorizes an amount and gives it back at once; it never captures it
 * (docs/adr/0064-tests-of-cards.md).
 */

/** A test, as it is stored and as it is sent to a gateway. */
export interface CardTest {
  readonly merchantId: string;
  /** The identity of the hold at the gateway. */
  readonly key: string;
  readonly orderId: string;
  readonly cardToken: string;
  /** Greater than 0. */
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  readonly requestedAt: Temporal.Instant;
  /** The code of the gateway that was asked. Absent: no gateway was asked. */
  readonly gateway?: string | undefined;
  readonly gatewayKind?: string | undefined;
  readonly reference?: string | undefined;
  readonly state: 'asked' | 'held' | 'ended';
  /** Absent: the result is not known, or the test did not succeed. */
  readonly result?: 'approved' | 'declined' | undefined;
  /** The reason for the decline, as a sentence for staff. */
  readonly reason?: string | undefined;
  /** The reason in the common terms of the gateways. */
  readonly code?: string | undefined;
}

/** The gateway's answer to a test. */
export type CardTestAnswer =
  | { readonly kind: 'held'; readonly reference: string }
  | { readonly kind: 'released'; readonly reference: string }
  | {
      readonly kind: 'declined';
      readonly reason: string;
      readonly code: string;
      readonly reference?: string | undefined;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly notSent?: string };

/** The gateway for a test. */
export interface ChosenGateway {
  readonly gateway: string;
  readonly kind?: string | undefined;
}

/**
 * The functions of gateways for tests of cards. `app/` provides it. They must not be called inside
 * a transaction.
 */
export interface CardTester {
  /** Whether the merchant's settings name a gateway. One that they do not name is not asked. */
  isNamed(context: Context, gateway: string): boolean;
  /** Returns the gateway for a new test, or why no gateway can be asked. */
  choose(context: Context, key: string): Promise<ChosenGateway | { readonly notSent: string }>;
  /** Holds the amount once per key. */
  hold(context: Context, test: CardTest, lease: Lease): Promise<CardTestAnswer>;
  /** Returns the outcome of the hold. Holds nothing. */
  find(context: Context, test: CardTest): Promise<CardTestAnswer>;
  /** Gives the amount back. Returns whether it is certain that the amount was given back. */
  release(context: Context, test: CardTest, reference: string): Promise<boolean>;
}

/** Returns the key of the test of a new order's card. */
export const purchaseTestKey = (merchantId: string, orderId: string): string =>
  `test:${merchantId}:${orderId}`;

/** A bank gives back what it holds after this time, whatever the gateway does. */
const holdDaysMax = 30;

/** Whether a test is so old that nothing can be held for it any more. */
export const hasLapsed = ({ requestedAt }: CardTest, now: Temporal.Instant): boolean =>
  now.epochMilliseconds - requestedAt.epochMilliseconds > holdDaysMax * msPerDay;

/** Returns the test after an answer of the gateway. */
export function afterAnswer(test: CardTest, answer: CardTestAnswer): CardTest {
  switch (answer.kind) {
    case 'held':
      return { ...test, state: 'held', result: 'approved', reference: answer.reference };
    case 'released':
      return { ...test, state: 'ended', result: 'approved', reference: answer.reference };
    case 'declined':
      return {
        ...test,
        state: 'ended',
        result: 'declined',
        reason: answer.reason,
        code: answer.code,
        reference: answer.reference,
      };
    case 'absent':
      return { ...test, state: 'ended' };
    case 'unknown':
      return test;
  }
}
