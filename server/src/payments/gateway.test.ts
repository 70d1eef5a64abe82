import { startStripeStandIn } from '../../../test/support/stripeStandIn.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { gatewaySuite } from './gateway.suite.ts';
import { remoteSimulatorGateways } from './remoteSimulator.ts';
import { simulatorGateway } from './simulator.ts';
import { type BookedHold, SimulatorBooks } from './simulatorBooks.ts';
import { simulatorServer } from './simulatorServer.ts';
import { stripeGateway } from './stripe.ts';

const simulatorCards = {
  approved: 'tok_approve',
  insufficientFunds: 'tok_decline_insufficient_funds',
  stolen: 'tok_decline_stolen_card',
  lostBeforeCapture: 'tok_timeout_before',
  lostAfterCapture: 'tok_timeout_after',
  mustBeConfirmed: 'tok_confirm',
};

const heldIn = (holds: readonly BookedHold[]) =>
  holds.filter(({ declined }) => declined === undefined);

const confirmIn = (books: SimulatorBooks) => async (reference: string) => {
  books.confirm({ merchantId: 'TEST', reference, isConfirmed: true });
};

gatewaySuite('the simulator in this process', async () => {
  const books = new SimulatorBooks();
  return {
    gateway: simulatorGateway('simulator', books, systemClock),
    cards: simulatorCards,
    confirm: confirmIn(books),
    captures: async () => books.captures(),
    holds: async () => heldIn(books.holds()),
    setDown: async (isDown) => books.setDown(isDown),
    close: async () => {},
  };
});

gatewaySuite('the simulator over HTTP', async () => {
  const books = new SimulatorBooks();
  const server = simulatorServer(books, systemClock);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const remote = remoteSimulatorGateways(url, 2000);
  return {
    gateway: remote.gateway('simulator'),
    cards: simulatorCards,
    confirm: confirmIn(books),
    captures: async () =>
      (
        (await (await fetch(`${url}/captures`)).json()) as {
          captures: { key: string; amount: number }[];
        }
      ).captures,
    holds: async () =>
      heldIn(((await (await fetch(`${url}/holds`)).json()) as { holds: BookedHold[] }).holds),
    setDown: async (isDown) => books.setDown(isDown),
    async close() {
      await remote.close();
      await server.close();
    },
  };
});

gatewaySuite('stripe', async () => {
  const standIn = await startStripeStandIn();
  return {
    gateway: stripeGateway('stripe', {
      secretKey: 'sk_test_suite',
      host: standIn.host,
      timeoutMs: 2000,
    }),
    cards: {
      approved: 'cus_1/pm_visa',
      insufficientFunds: 'cus_1/pm_insufficient',
      stolen: 'cus_2/pm_stolen',
      lostBeforeCapture: 'cus_3/pm_lost_before',
      lostAfterCapture: 'cus_3/pm_lost_after',
      mustBeConfirmed: 'cus_4/pm_authentication',
    },
    confirm: async (reference) => standIn.confirm(reference),
    captures: async () => standIn.captures(),
    holds: async () => standIn.holds(),
    setDown: async (isDown) => standIn.setDown(isDown),
    close: () => standIn.close(),
  };
});
