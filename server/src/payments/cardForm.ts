import type { Outcome } from '../kernel/outcome.ts';
import type { Context } from '../platform/context.ts';
import type { EnteredCard, FormFaults } from './billingForm.ts';

/**
 * How a customer enters a card in the browser and confirms payments at the bank: a form of the
 * gateway. Card numbers go from the browser to the gateway and never to this server.
 */
export interface CardForm {
  /** The values that the page's script needs, or what the customer can do instead. */
  readonly browser: BrowserForm;
  /** Begins to enter a card. The secret lets the browser give this one card to the gateway. */
  begin(subject: CardSubject): Promise<{ readonly clientSecret: string }>;
  /**
   * Reads the card that was entered, as the gateway knows it. The browser only names it, and it must
   * have been entered for this subject.
   */
  finish(subject: CardSubject, reference: string): Promise<Outcome<EnteredCard, FormFaults>>;
  /** Returns what the browser needs to confirm a payment. */
  confirmation(payment: PaymentToConfirm): Promise<Confirmation>;
}

/** Where the gateway's own form comes from. */
export interface BrowserForm {
  readonly scriptUrl: string;
  readonly publishableKey: string;
}

/** Whose card is entered. */
export interface CardSubject {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  readonly email?: string | undefined;
  /** The card in use, whose customer at the gateway gets the new one too. */
  readonly cardToken?: string | undefined;
}

/** A payment that waits for its customer. */
export interface PaymentToConfirm {
  readonly gatewayCode: string;
  /** The gateway's own id of the payment. */
  readonly reference: string;
  readonly cardToken: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
}

/** The values that the browser needs to confirm a payment. */
export interface Confirmation {
  readonly clientSecret: string;
  /** The card to charge, where the gateway has forgotten it. */
  readonly paymentMethod?: string | undefined;
}

/** The forms of the gateways of this installation. */
export interface CardForms {
  /**
   * Returns how customers of a merchant enter cards: the form of its gateway, `token` for our own
   * form, or undefined when it is not set up.
   */
  entryOf(context: Context): CardForm | 'token' | undefined;
  /** Returns the form with which payments at a gateway are confirmed; undefined: the simulator. */
  confirming(context: Context, gatewayCode: string): CardForm | undefined;
  /** The customer confirms a payment at the simulator's bank. */
  confirmAtSimulator(merchantId: string, reference: string): Promise<void>;
}

/** The gateway did not respond while a customer entered a card. */
export class FormUnavailable extends Error {}
