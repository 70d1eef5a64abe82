import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import type { ChargeRequest, Gateway } from './gateway.ts';

/** A gateway under test, with access to its books. */
export interface GatewayUnderTest {
  readonly gateway: Gateway;
  /** Test cards, one for each outcome of a charge. */
  readonly cards: {
    approved: string;
    insufficientFunds: string;
    stolen: string;
    lostBeforeCapture: string;
    lostAfterCapture: string;
    mustBeConfirmed: string;
  };
  /** The customer confirms a payment at the bank. */
  confirm(reference: string): Promise<void>;
  /** The captures in the gateway's own books. */
  captures(): Promise<{ key: string; amount: number }[]>;
  /** The holds in the gateway's own books, without declined ones. */
  holds(): Promise<{ key: string; amount: number; releases: number }[]>;
  /** While true, the gateway does not respond. */
  setDown(isDown: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The guarantees that every gateway must keep, however it is implemented. */
export function gatewaySuite(name: string, open: () => Promise<GatewayUnderTest>): void {
  describe(`gateway: ${name}`, () => {
    let opened: GatewayUnderTest;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());
    const subject = () => opened;
    chargesOnce(subject);
    declinesAndLosesAnswers(subject);
    waitsForCustomers(subject);
    refundsOnce(subject);
    holdsOnce(subject);
  });
}

type Subject = () => GatewayUnderTest;

function chargesOnce(subject: Subject): void {
  test('an approved charge is captured once, however often it is repeated', async () => {
    const request = chargeOf(subject().cards.approved);
    const first = await subject().gateway.charge(request);
    assert.equal(first.kind, 'approved');
    assert.deepEqual(await subject().gateway.charge(request), first);
    assert.deepEqual(await subject().gateway.find(request), first);
    assert.deepEqual(await capturesOf(subject(), request), [{ key: request.key, amount: 1999 }]);
  });

  test('two that ask at the same time make one capture', async () => {
    const request = chargeOf(subject().cards.approved);
    const answers = await Promise.all([1, 2, 3].map(() => subject().gateway.charge(request)));
    for (const answer of answers)
      assert.ok(answer.kind === 'approved' || answer.kind === 'unknown', answer.kind);
    assert.equal((await capturesOf(subject(), request)).length, 1);
  });

  test('a key that was used for another amount captures nothing', async () => {
    const request = chargeOf(subject().cards.approved);
    await subject().gateway.charge(request);
    assert.equal(
      (await subject().gateway.charge({ ...request, amount: minor(2500) })).kind,
      'unknown',
    );
    assert.deepEqual(await capturesOf(subject(), request), [{ key: request.key, amount: 1999 }]);
  });
}

function declinesAndLosesAnswers(subject: Subject): void {
  for (const [card, reason, isHard] of [
    ['insufficientFunds', 'insufficient funds', false],
    ['stolen', 'stolen card', true],
  ] as const) {
    test(`a decline names its reason (${reason}), is ${isHard ? 'hard' : 'soft'} and stays what it is`, async () => {
      const request = chargeOf(subject().cards[card]);
      const answer = await subject().gateway.charge(request);
      assert.ok(answer.kind === 'declined');
      assert.deepEqual([answer.reason, answer.isHard], [reason, isHard]);
      const again = await subject().gateway.find(request);
      assert.ok(again.kind === 'declined');
      assert.deepEqual([again.reason, again.isHard], [reason, isHard]);
      assert.deepEqual(await capturesOf(subject(), request), []);
    });
  }

  test('an answer lost before the capture is unknown, then absent, then approved once', async () => {
    const request = chargeOf(subject().cards.lostBeforeCapture);
    assert.equal((await subject().gateway.charge(request)).kind, 'unknown');
    assert.equal((await subject().gateway.find(request)).kind, 'absent');
    assert.equal((await subject().gateway.charge(request)).kind, 'approved');
    assert.equal((await capturesOf(subject(), request)).length, 1);
  });

  test('an answer lost after the capture is unknown, then found approved', async () => {
    const request = chargeOf(subject().cards.lostAfterCapture);
    assert.equal((await subject().gateway.charge(request)).kind, 'unknown');
    assert.equal((await subject().gateway.find(request)).kind, 'approved');
    assert.equal((await subject().gateway.charge(request)).kind, 'approved');
    assert.equal((await capturesOf(subject(), request)).length, 1);
  });

  test('looking for a charge moves no money', async () => {
    const request = chargeOf(subject().cards.approved);
    assert.equal((await subject().gateway.find(request)).kind, 'absent');
    assert.deepEqual(await capturesOf(subject(), request), []);
  });

  test('a gateway that is down knows nothing and declines nothing', async () => {
    const request = chargeOf(subject().cards.approved);
    await subject().setDown(true);
    assert.equal((await subject().gateway.charge(request)).kind, 'unknown');
    assert.equal((await subject().gateway.find(request)).kind, 'unknown');
    await subject().setDown(false);
    assert.equal((await subject().gateway.charge(request)).kind, 'approved');
    assert.equal((await capturesOf(subject(), request)).length, 1);
  });
}

function waitsForCustomers(subject: Subject): void {
  const awaited = async () => {
    const { gateway, cards } = subject();
    const request = chargeOf(cards.mustBeConfirmed, { mayWait: true });
    const answer = await gateway.charge(request);
    assert.ok(answer.kind === 'unknown' && answer.awaits !== undefined);
    assert.deepEqual(await gateway.find(request), answer);
    assert.deepEqual(await capturesOf(subject(), request), []);
    return { request, reference: answer.awaits.reference };
  };

  test('a payment that its customer confirms is captured once', async () => {
    const { request, reference } = await awaited();
    await subject().confirm(reference);
    const paid = await subject().gateway.find(request);
    assert.deepEqual(paid, { kind: 'approved', reference });
    assert.deepEqual(await subject().gateway.cancel(request, reference), paid);
    assert.equal((await capturesOf(subject(), request)).length, 1);
  });

  test('a payment that is given up is declined and cannot be captured any more', async () => {
    const { request, reference } = await awaited();
    const { gateway } = subject();
    for (const answer of [
      await gateway.cancel(request, reference),
      await gateway.cancel(request, reference),
      await gateway.find(request),
    ]) {
      assert.ok(answer.kind === 'declined', answer.kind);
      assert.deepEqual([answer.reason, answer.isHard], ['authentication required', false]);
    }
    await subject()
      .confirm(reference)
      .catch(() => undefined);
    assert.deepEqual(await capturesOf(subject(), request), []);
  });

  test('a gateway that is down gives up nothing', async () => {
    const { request, reference } = await awaited();
    await subject().setDown(true);
    assert.equal((await subject().gateway.cancel(request, reference)).kind, 'unknown');
    await subject().setDown(false);
    await subject().confirm(reference);
    assert.equal((await subject().gateway.find(request)).kind, 'approved');
  });
}

function refundsOnce(subject: Subject): void {
  test('a refund is made once a key and never gives back more than was captured', async () => {
    const request = chargeOf(subject().cards.approved);
    const charged = await subject().gateway.charge(request);
    assert.ok(charged.kind === 'approved');
    const refund = {
      key: `${request.key}/refund`,
      merchantId: 'TEST',
      reference: charged.reference,
      amount: minor(1500),
      currency: 'USD',
    };
    const first = await subject().gateway.refund(refund);
    assert.equal(first.kind, 'refunded');
    assert.deepEqual(await subject().gateway.refund(refund), first);
    assert.equal(
      (await subject().gateway.refund({ ...refund, key: `${refund.key}/2` })).kind,
      'refused',
    );
    assert.equal(
      (await subject().gateway.refund({ ...refund, key: `${refund.key}/3`, amount: minor(499) }))
        .kind,
      'refunded',
    );
  });
}

function holdsOnce(subject: Subject): void {
  test('a hold is made once a key, is released once, and captures nothing', async () => {
    const { holds } = subject().gateway;
    const request = chargeOf(subject().cards.approved);
    assert.deepEqual(await holds.find(request), { kind: 'absent' });
    const first = await holds.hold(request);
    assert.ok(first.kind === 'approved');
    assert.deepEqual(await holds.hold(request), first);
    assert.deepEqual(await holds.find(request), first);
    assert.deepEqual(await holdsOf(subject(), request), [{ amount: 1999, releases: 0 }]);
    const { reference } = first;
    for (const answer of [
      await holds.release(request, reference),
      await holds.release(request, reference),
      await holds.find(request),
    ])
      assert.deepEqual(answer, { kind: 'released', reference });
    assert.deepEqual(await holdsOf(subject(), request), [{ amount: 1999, releases: 1 }]);
    assert.deepEqual(await capturesOf(subject(), request), []);
    assert.equal((await subject().gateway.find(request)).kind, 'absent', 'a hold is not a charge');
  });

  holdsDeclined(subject);
  holdsLost(subject);
}

function holdsDeclined(subject: Subject): void {
  for (const [card, reason] of [
    ['insufficientFunds', 'insufficient funds'],
    ['stolen', 'stolen card'],
    ['mustBeConfirmed', 'authentication required'],
  ] as const)
    test(`a hold that is declined names its reason: ${reason}`, async () => {
      const request = chargeOf(subject().cards[card]);
      const { holds } = subject().gateway;
      const answer = await holds.hold(request);
      const declined = answer.kind === 'unknown' ? undefined : answer;
      assert.ok(declined?.kind === 'declined', JSON.stringify(answer));
      assert.equal(declined.reason, reason);
      assert.ok((await holdsOf(subject(), request)).every(({ releases }) => releases === 1));
    });
}

function holdsLost(subject: Subject): void {
  test('a hold whose answer was lost is found again', async () => {
    for (const [card, found] of [
      ['lostBeforeCapture', 'absent'],
      ['lostAfterCapture', 'approved'],
    ] as const) {
      const request = chargeOf(subject().cards[card]);
      const { holds } = subject().gateway;
      assert.equal((await holds.hold(request)).kind, 'unknown');
      assert.equal((await holds.find(request)).kind, found);
      assert.equal((await holds.hold(request)).kind, 'approved');
      assert.equal((await holdsOf(subject(), request)).length, 1);
    }
  });

  test('a gateway that is down holds and releases nothing', async () => {
    const { holds } = subject().gateway;
    const request = chargeOf(subject().cards.approved);
    const held = await holds.hold(request);
    assert.ok(held.kind === 'approved');
    await subject().setDown(true);
    assert.equal((await holds.release(request, held.reference)).kind, 'unknown');
    assert.equal((await holds.hold(chargeOf(subject().cards.approved))).kind, 'unknown');
    await subject().setDown(false);
    assert.deepEqual(await holdsOf(subject(), request), [{ amount: 1999, releases: 0 }]);
    assert.equal((await holds.release(request, held.reference)).kind, 'released');
  });
}

const holdsOf = async (subject: GatewayUnderTest, request: ChargeRequest) =>
  (await subject.holds())
    .filter(({ key }) => key === request.key)
    .map(({ amount, releases }) => ({ amount, releases }));

let count = 0;

/** A new request: 19.99 USD. */
export function chargeOf(cardToken: string, changes: Partial<ChargeRequest> = {}): ChargeRequest {
  const key = `TEST/rebill/${++count}`;
  return {
    key,
    merchantId: 'TEST',
    amount: minor(1999),
    currency: 'USD',
    cardToken,
    cardExpiration: { month: 5, year: 2031 },
    orderReference: `TEST-${count}`,
    description: 'Coffee, monthly',
    requestedAt: Temporal.Instant.from('2026-01-15T17:00:00Z'),
    ...changes,
  };
}

const capturesOf = async (subject: GatewayUnderTest, request: ChargeRequest) =>
  (await subject.captures())
    .filter((capture) => capture.key === request.key)
    .map(({ key, amount }) => ({ key, amount }));
