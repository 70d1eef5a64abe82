import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import StripeClient from 'stripe';
import { startStripeStandIn } from '../../../test/support/stripeStandIn.ts';
import { minor } from '../kernel/money.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { chargeOf } from './gateway.suite.ts';
import { stripeGateway } from './stripe.ts';
import { declineOf } from './stripeDeclines.ts';
import { addStripeWebhook, type LateAnswer, stripeWebhookPath } from './stripeWebhook.ts';

async function opened(t: { after(done: () => Promise<void>): void }) {
  const standIn = await startStripeStandIn();
  t.after(() => standIn.close());
  return {
    standIn,
    gateway: stripeGateway('stripe', {
      secretKey: 'sk_test_1',
      host: standIn.host,
      timeoutMs: 2000,
    }),
  };
}

test('a charge names customer, card, amount and what it is for, under its own key', async (t) => {
  const { standIn, gateway } = await opened(t);
  const request = chargeOf('cus_9/pm_visa');
  await gateway.charge(request);
  const [sent] = standIn.requests;
  assert.equal(sent!.idempotencyKey, request.key);
  assert.deepEqual(Object.fromEntries(sent!.fields), {
    amount: '1999',
    currency: 'usd',
    customer: 'cus_9',
    payment_method: 'pm_visa',
    confirm: 'true',
    off_session: 'true',
    description: 'Coffee, monthly',
    'metadata[perennial_key]': request.key,
    'metadata[merchant_id]': 'TEST',
    'metadata[order_reference]': request.orderReference,
  });
});

test('amounts are sent in the units of Stripe', async (t) => {
  const { standIn, gateway } = await opened(t);
  for (const [currency, sent] of [
    ['USD', '500'],
    ['JPY', '500'],
    ['ISK', '50000'],
  ] as const) {
    await gateway.charge(chargeOf('cus_9/pm_visa', { amount: minor(500), currency }));
    assert.equal(standIn.requests.at(-1)!.fields.get('amount'), sent);
  }
});

const refusedRequests: [
  status: number,
  error: Record<string, unknown>,
  kind: string,
  reason?: string,
][] = [
  [
    402,
    {
      type: 'card_error',
      code: 'expired_card',
      decline_code: 'expired_card',
      message: 'Expired.',
    },
    'declined',
    'expired card',
  ],
  [
    402,
    { type: 'card_error', code: 'authentication_required', message: 'Ask the customer.' },
    'declined',
    'authentication required',
  ],
  [
    400,
    {
      type: 'invalid_request_error',
      code: 'resource_missing',
      param: 'payment_method',
      message: 'No such PaymentMethod.',
    },
    'declined',
    'token unknown',
  ],
  [
    400,
    { type: 'invalid_request_error', code: 'amount_too_small', message: 'At least 50 cents.' },
    'declined',
    'invalid amount',
  ],
  [
    400,
    { type: 'invalid_request_error', code: 'parameter_unknown', message: 'Our own mistake.' },
    'unknown',
  ],
  [401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' }, 'refused'],
  [403, { type: 'invalid_request_error', message: 'The account was closed.' }, 'refused'],
  [
    400,
    { type: 'invalid_request_error', code: 'testmode_charges_only', message: 'Not activated.' },
    'refused',
  ],
  [
    409,
    { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'Still running.' },
    'unknown',
  ],
  [429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many.' }, 'unknown'],
  [500, { type: 'api_error', message: 'Broken.' }, 'unknown'],
];

test('which refused requests are declines, and which say nothing about the card', async (t) => {
  const { standIn, gateway } = await opened(t);
  for (const [status, error, kind, reason] of refusedRequests) {
    await t.test(`${status} ${String(error['code'] ?? error['type'])}`, async () => {
      standIn.answerNext(status, error);
      const answer = await gateway.charge(chargeOf('cus_9/pm_visa'));
      const isRefused = answer.kind === 'unknown' && answer.refusesAccount === true;
      assert.equal(isRefused ? 'refused' : answer.kind, kind);
      if (answer.kind === 'declined') assert.equal(answer.reason, reason);
    });
  }
});

test('decline codes in our words', async (t) => {
  const cases: [fault: Parameters<typeof declineOf>[0], reason: string, isHard: boolean][] = [
    [{ code: 'card_declined', decline_code: 'insufficient_funds' }, 'insufficient funds', false],
    [
      {
        code: 'card_declined',
        decline_code: 'insufficient_funds',
        advice_code: 'do_not_try_again',
      },
      'insufficient funds',
      true,
    ],
    [{ code: 'card_declined', decline_code: 'lost_card' }, 'lost card', true],
    [{ code: 'card_declined', decline_code: 'do_not_try_again' }, 'do not honor', true],
    [{ code: 'card_declined', decline_code: 'revocation_of_authorization' }, 'revoked', true],
    [{ code: 'card_declined', decline_code: 'a_code_of_tomorrow' }, 'card declined', false],
    [{ code: 'expired_card', decline_code: 'expired_card' }, 'expired card', false],
    [{ code: 'processing_error' }, 'processing error', false],
  ];
  for (const [fault, reason, isHard] of cases) {
    await t.test(fault.decline_code ?? fault.code!, () => {
      const declined = declineOf(fault);
      assert.deepEqual([declined.reason, declined.isHard], [reason, isHard]);
    });
  }
});

test('without a key nothing is charged and nothing declined', async () => {
  const gateway = stripeGateway('stripe', undefined);
  const answer = await gateway.charge(chargeOf('cus_9/pm_visa'));
  assert.ok(answer.kind === 'unknown');
  assert.match(answer.message, /STRIPE_SECRET_KEY/);
});

test('a webhook is accepted only with a correct signature', async (t) => {
  const secret = 'whsec_test';
  const heard: LateAnswer[] = [];
  const server = Fastify();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  addStripeWebhook(server, { secretKey: 'sk_test_1', webhookSecret: secret }, systemClock, {
    heard: async (late) => void heard.push(late),
    reported: async () => {},
    cardUpdated: async () => {},
  });
  t.after(() => server.close());

  const event = (type: string, status: string, metadata: object) =>
    JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type,
      data: {
        object: {
          id: 'pi_1',
          object: 'payment_intent',
          status,
          metadata,
          last_payment_error: null,
        },
      },
    });
  const ours = { perennial_key: 'TEST/rebill/7', merchant_id: 'TEST' };
  const nowSeconds = Math.floor(systemClock.now().epochMilliseconds / 1000);
  const { webhooks } = new StripeClient('sk_test_1');
  const signed = (payload: string, timestamp = nowSeconds, by = secret) =>
    webhooks.generateTestHeaderString({ payload, secret: by, timestamp });
  const send = async (payload: string, signature: string) =>
    (
      await server.inject({
        method: 'POST',
        url: stripeWebhookPath,
        payload,
        headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      })
    ).statusCode;

  const succeeded = event('payment_intent.succeeded', 'succeeded', ours);
  assert.equal(await send(succeeded, signed(succeeded, nowSeconds, 'whsec_other')), 400);
  assert.equal(await send(succeeded, signed(succeeded, nowSeconds - 3600)), 400);
  assert.equal(await send(succeeded, ''), 400);
  assert.deepEqual(heard, []);

  assert.equal(await send(succeeded, signed(succeeded)), 200);
  const strange = event('payment_intent.succeeded', 'succeeded', {});
  assert.equal(await send(strange, signed(strange)), 200);
  assert.deepEqual(heard, [
    { merchantId: 'TEST', key: 'TEST/rebill/7', answer: { kind: 'approved', reference: 'pi_1' } },
  ]);
});
