import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SystemClock } from '../../server/src/platform/clock/systemClock.ts';
import { type FrameChoice, framePage, libraryText } from './stripeBrowser.ts';

/**
 * A stand-in for Stripe: a server that implements the few calls that we make, with Stripe's request
 * and response formats, and keeps its own books.
 */
export interface StripeStandIn {
  readonly host: { readonly protocol: 'http'; readonly host: string; readonly port: number };
  /** All requests, with their form fields as sent. */
  readonly requests: StandInRequest[];
  /** The address from which a browser loads the stand-in's library. */
  readonly scriptUrl: string;
  captures(): { key: string; amount: number }[];
  /** The payments authorized for a manual capture, and how often each was canceled: 0 or 1. */
  holds(): { key: string; amount: number; releases: number }[];
  /** Returns the newest payment for an order: its id, its amount and its metadata. */
  paymentOf(orderId: string): Pick<Intent, 'id' | 'amount' | 'metadata'> | undefined;
  /**
   * Does what the customer's browser does with a payment at Stripe: confirms it, fails to confirm
   * it, or confirms it before the bank declines it.
   */
  confirm(id: string, outcome?: 'succeeds' | 'fails' | 'declined'): void;
  /** Submits a choice as the customer's browser does in the form of Stripe's library. */
  choose(choice: FrameChoice): unknown;
  setDown(isDown: boolean): void;
  /** Sets the response to the next request of any kind. */
  answerNext(status: number, error: Record<string, unknown>): void;
  /** Sets the response to every request. A call without a response ends this. */
  answerAll(status?: number, error?: Record<string, unknown>): void;
  close(): Promise<void>;
}

export interface StandInRequest {
  readonly method: string;
  readonly path: string;
  readonly fields: URLSearchParams;
  readonly idempotencyKey?: string;
}

interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  currency: string;
  created: number;
  customer: string | null;
  payment_method: string | null;
  status: string;
  metadata: Record<string, string>;
  client_secret: string;
  cancellation_reason: string | null;
  last_payment_error: Record<string, unknown> | null;
  refunded: number;
}

interface Setup {
  id: string;
  object: 'setup_intent';
  client_secret: string;
  customer: string | null;
  status: string;
  payment_method: unknown;
  metadata: Record<string, string>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** The payment methods that are refused, with Stripe's decline code for each. */
const refusedCards: Readonly<Record<string, { code: string; decline_code?: string }>> = {
  pm_insufficient: { code: 'card_declined', decline_code: 'insufficient_funds' },
  pm_stolen: { code: 'card_declined', decline_code: 'stolen_card' },
  pm_authentication: { code: 'authentication_required', decline_code: 'authentication_required' },
};

/**
 * Starts the stand-in. With a clock it dates payments and forgets idempotency keys after a day, as
 * Stripe does.
 */
export async function startStripeStandIn(clock?: Pick<SystemClock, 'now'>): Promise<StripeStandIn> {
  const nowSeconds = () =>
    clock === undefined ? 1_768_496_400 : Math.floor(clock.now().epochMilliseconds / 1000);
  const standIn = new StandInServer(new StripeBooks(nowSeconds), nowSeconds);
  const server = createServer((incoming, response) => void standIn.receive(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: { protocol: 'http', host: '127.0.0.1', port },
    scriptUrl: `http://127.0.0.1:${port}/v3/`,
    requests: standIn.requests,
    captures: () => standIn.books.captures(),
    holds: () => standIn.books.holds(),
    paymentOf: (orderId) => standIn.books.paymentOf(orderId),
    choose: (choice) => standIn.books.choose(choice),
    confirm: (id, outcome) => standIn.books.confirm(id, outcome),
    setDown: (down) => {
      standIn.isDown = down;
    },
    answerNext: (status, error) => {
      standIn.next = { status, body: { error } };
    },
    answerAll: (status, error) => {
      standIn.always = status === undefined ? undefined : { status, body: { error } };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * The server of the stand-in: it handles idempotency keys, lost replies, and replies that a test
 * sets.
 */
class StandInServer {
  readonly requests: StandInRequest[] = [];
  readonly books: StripeBooks;
  readonly #nowSeconds: () => number;
  readonly #replies = new Map<string, { fields: string; reply: Reply; atSeconds: number }>();
  readonly #lost = new Map<string, number>();
  isDown = false;
  next: Reply | undefined;
  always: Reply | undefined;

  constructor(books: StripeBooks, nowSeconds: () => number) {
    this.books = books;
    this.#nowSeconds = nowSeconds;
  }

  async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const url = new URL(incoming.url!, 'http://stand-in');
    if (this.#serveBrowser(url.pathname, body, response)) return;
    const idempotencyKey = incoming.headers['idempotency-key'] as string | undefined;
    const request: StandInRequest = {
      method: incoming.method!,
      path: url.pathname,
      fields: new URLSearchParams(body === '' ? url.search : body),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
    this.requests.push(request);
    if (this.isDown) return void response.destroy();
    const ordered = this.next ?? this.always;
    this.next = undefined;
    const reply = ordered ?? this.#replyTo(request);
    if (reply === 'lost') response.destroy();
    else send(response, reply);
  }

  /** Serves the customer's browser at Stripe's addresses. Returns false for any other path. */
  #serveBrowser(path: string, body: string, response: ServerResponse): boolean {
    if (path === '/v3/') response.setHeader('content-type', 'text/javascript').end(libraryText);
    else if (path === '/frame') response.setHeader('content-type', 'text/html').end(framePage);
    else if (path === '/frame/confirm')
      response.end(JSON.stringify(this.books.choose(JSON.parse(body) as FrameChoice)));
    else return false;
    return true;
  }

  #replyTo({ method, path, fields, idempotencyKey: key = '' }: StandInRequest): Reply | 'lost' {
    if (method === 'GET') return this.#read(path, fields);
    const card = fields.get('payment_method') ?? '';
    if (card === 'pm_lost_before' && this.#isLost(key)) return 'lost';
    const kept = key === '' ? undefined : this.#replies.get(key);
    const nowSeconds = this.#nowSeconds();
    const known =
      kept !== undefined && nowSeconds - kept.atSeconds < keptSeconds
        ? kept
        : { fields: fields.toString(), reply: this.#carryOut(path, fields), atSeconds: nowSeconds };
    this.#replies.set(key, known);
    if (card === 'pm_lost_after' && this.#isLost(key)) return 'lost';
    return known.fields === fields.toString() ? known.reply : idempotencyError;
  }

  #read(path: string, fields: URLSearchParams): Reply {
    if (path === '/v1/payment_intents') return { status: 200, body: this.books.list(fields) };
    const [, kind, id = ''] = /^\/v1\/(\w+)\/(\w+)$/.exec(path) ?? [];
    if (kind === 'payment_intents') return this.books.retrieve(id);
    if (kind === 'setup_intents') return this.books.retrieveSetup(id);
    return kind === 'payment_methods' ? { status: 200, body: methodOf(id) } : unknownPath;
  }

  // When the connection breaks, the library repeats a request once by itself. So the answer to a
  // charge must be lost twice.
  #isLost(key: string): boolean {
    const times = (this.#lost.get(key) ?? 0) + 1;
    this.#lost.set(key, times);
    return times <= 2;
  }

  #carryOut(path: string, fields: URLSearchParams): Reply {
    if (path === '/v1/payment_intents') return this.books.createIntent(fields);
    if (path === '/v1/setup_intents') return this.books.createSetup(fields);
    if (path === '/v1/customers')
      return { status: 200, body: { id: `cus_new${this.requests.length}`, object: 'customer' } };
    const canceled = /^\/v1\/payment_intents\/(\w+)\/cancel$/.exec(path)?.[1];
    if (canceled !== undefined) return this.books.cancel(canceled, fields);
    return path === '/v1/refunds'
      ? this.books.createRefund(fields, this.requests.length)
      : unknownPath;
  }
}

/** The payments of the stand-in, newest first. */
class StripeBooks {
  readonly #intents: Intent[] = [];
  readonly #setups: Setup[] = [];
  readonly #nowSeconds: () => number;

  constructor(nowSeconds: () => number) {
    this.#nowSeconds = nowSeconds;
  }

  captures(): { key: string; amount: number }[] {
    return this.#intents
      .filter((each) => each.status === 'succeeded')
      .map(({ metadata, amount }) => ({ key: metadata['perennial_key']!, amount }));
  }

  holds(): { key: string; amount: number; releases: number }[] {
    return this.#intents
      .filter(({ metadata }) => metadata['perennial_hold'] !== undefined)
      .filter(({ payment_method: card }) => card !== null)
      .map(({ metadata, amount, status }) => ({
        key: metadata['perennial_hold']!,
        amount,
        releases: status === 'canceled' ? 1 : 0,
      }));
  }

  createIntent(fields: URLSearchParams): Reply {
    const card = fields.get('payment_method')!;
    const refused = refusedCards[card];
    const error = refused && { type: 'card_error', ...refused, message: 'Your card was declined.' };
    const intent: Intent = {
      id: `pi_${this.#intents.length + 1}`,
      object: 'payment_intent',
      amount: Number(fields.get('amount')),
      currency: fields.get('currency')!,
      created: this.#nowSeconds(),
      customer: fields.get('customer'),
      payment_method: error ? null : card,
      status: error ? 'requires_payment_method' : succeeds(fields),
      metadata: metadataOf(fields),
      client_secret: `pi_${this.#intents.length + 1}_secret_1`,
      cancellation_reason: null,
      last_payment_error: error ?? null,
      refunded: 0,
    };
    this.#intents.unshift(intent);
    return error
      ? { status: 402, body: { error: { ...error, payment_intent: intent } } }
      : { status: 200, body: intent };
  }

  createSetup(fields: URLSearchParams): Reply {
    const id = `seti_${this.#setups.length + 1}`;
    const setup: Setup = {
      id,
      object: 'setup_intent',
      client_secret: `${id}_secret_1`,
      customer: fields.get('customer'),
      status: 'requires_payment_method',
      payment_method: null,
      metadata: metadataOf(fields),
    };
    this.#setups.push(setup);
    return { status: 200, body: setup };
  }

  retrieveSetup(id: string): Reply {
    const setup = this.#setups.find((each) => each.id === id);
    return setup === undefined ? missing : { status: 200, body: setup };
  }

  /**
   * Submits a customer's choice in the browser, and returns what Stripe's library returns for it.
   */
  choose({ what, clientSecret, card = '', outcome }: FrameChoice): unknown {
    const id = clientSecret.replace(/_secret_.*/, '');
    const error = { message: 'We are unable to authenticate your payment method.' };
    if (what === 'payment') {
      this.confirm(id, outcome);
      return outcome === 'succeeds' ? { paymentIntent: { id } } : { error };
    }
    const setup = this.#setups.find((each) => each.id === id)!;
    if (outcome === 'fails') return { error };
    setup.status = 'succeeded';
    setup.payment_method = methodOf(card);
    return { setupIntent: { id } };
  }

  createRefund(fields: URLSearchParams, number: number): Reply {
    const intent = this.#intents.find((each) => each.id === fields.get('payment_intent'))!;
    const amount = Number(fields.get('amount'));
    if (intent.refunded + amount > intent.amount) return excessiveRefund;
    intent.refunded += amount;
    return {
      status: 200,
      body: { id: `re_${number}`, object: 'refund', amount, status: 'succeeded' },
    };
  }

  paymentOf(orderId: string): Intent | undefined {
    return this.#intents.find(({ metadata }) => metadata['order_reference'] === orderId);
  }

  retrieve(id: string): Reply {
    const intent = this.#intents.find((each) => each.id === id);
    return intent ? { status: 200, body: intent } : unknownPath;
  }

  /** Cancels a payment, unless it has ended. */
  cancel(id: string, fields: URLSearchParams): Reply {
    const intent = this.#intents.find((each) => each.id === id);
    if (intent === undefined) return unknownPath;
    if (intent.status === 'succeeded' || intent.status === 'canceled')
      return {
        status: 400,
        body: {
          error: {
            type: 'invalid_request_error',
            code: 'payment_intent_unexpected_state',
            message: `You cannot cancel this PaymentIntent because its status is ${intent.status}.`,
          },
        },
      };
    intent.status = 'canceled';
    intent.cancellation_reason = fields.get('cancellation_reason');
    return { status: 200, body: intent };
  }

  confirm(id: string, outcome: 'succeeds' | 'fails' | 'declined' = 'succeeds'): void {
    const intent = this.#intents.find((each) => each.id === id);
    if (!intent || !['requires_payment_method', 'requires_action'].includes(intent.status))
      throw new Error(`${id} cannot be confirmed`);
    intent.status = outcome === 'succeeds' ? 'succeeded' : 'requires_payment_method';
    const code =
      outcome === 'fails' ? 'payment_intent_authentication_failure' : 'insufficient_funds';
    intent.last_payment_error =
      outcome === 'succeeds' ? null : { type: 'card_error', code, message: 'Not confirmed.' };
  }

  list(fields: URLSearchParams) {
    const customer = fields.get('customer');
    const found = this.#intents.filter(
      (each) =>
        (customer === null || each.customer === customer) &&
        each.created >= Number(fields.get('created[gte]') ?? 0),
    );
    return { object: 'list', url: '/v1/payment_intents', has_more: false, data: found };
  }
}

const succeeds = (fields: URLSearchParams): string =>
  fields.get('capture_method') === 'manual' ? 'requires_capture' : 'succeeded';

/** Returns a card in Stripe's format. */
const methodOf = (id: string) => ({
  id,
  object: 'payment_method',
  type: 'card',
  card: {
    brand: id === 'pm_mastercard' ? 'mastercard' : 'visa',
    last4: id === 'pm_mastercard' ? '4444' : '4242',
    exp_month: 8,
    exp_year: 2032,
  },
});

const missing: Reply = {
  status: 404,
  body: {
    error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object.' },
  },
};

const keptSeconds = 86_400;

const idempotencyError: Reply = {
  status: 400,
  body: {
    error: {
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    },
  },
};
const excessiveRefund: Reply = {
  status: 400,
  body: {
    error: {
      type: 'invalid_request_error',
      message: 'Refund amount is greater than unrefunded amount on charge.',
    },
  },
};
const unknownPath: Reply = {
  status: 404,
  body: { error: { type: 'invalid_request_error', message: 'Unrecognized request URL.' } },
};

function metadataOf(fields: URLSearchParams): Record<string, string> {
  const entries = [...fields].flatMap(([name, value]) => {
    const match = /^metadata\[(\w+)\]$/.exec(name);
    return match ? [[match[1]!, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming) body += String(chunk);
  return body;
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_stand_in' })
    .end(JSON.stringify(body));
}
