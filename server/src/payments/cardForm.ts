import type { Outcome } from '../kernel/outcome.ts';
import type { Context } from '../platform/context.ts';
import type { EnteredCard, FormFaults } from './billingForm.ts';

/**
 * How a customer enters a card in the browser and confirms payments at the bank: in a form of the
 * gateway. Card numbers go from the browser to the gateway and never to this server.
 */
export interface CardForm {
  /**
   * The values that the page's script needs, or a sentence that says what the customer can do
   * instead.
   */
  readonly browser: BrowserForm;
  /**
   * Starts the entry of a card. With the secret, the browser can give this one card to the gateway.
   */
  begin(subject: CardSubject): Promise<{ readonly clientSecret: string }>;
  /**
   * Reads the entered card from the gateway. The browser only names it, and it must have been
   * entered for this subject.
   */
  finish(subject: CardSubject, reference: string): Promise<Outcome<EnteredCard, FormFaults>>;
  /** Returns the values that the browser needs to confirm a payment. */
  confirmation(payment: PaymentToConfirm): Promise<Confirmation>;
}

/** The address from which the gateway's own form is loaded. */
export interface BrowserForm {
  readonly scriptUrl: string;
  readonly publishableKey: string;
}

/** The auto order whose card is entered, and its customer. */
export interface CardSubject {
  readonly merchantId: string;
  readonly autoOrderOid: number;
  readonly email?: string | undefined;
  /** The card in use. Its customer at the gateway also gets the new card. */
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
  /** The card to charge, in case the gateway no longer has it. */
  readonly paymentMethod?: string | undefined;
}

/** The forms of the gateways in this installation. */
export interface CardForms {
  /**
   * Returns how customers of a merchant enter cards: the form of its gateway, `token` for our own
   * form, or undefined if no gateway is set up.
   */
  entryOf(context: Context): CardForm | 'token' | undefined;
  /**
   * Returns the form with which payments at a gateway are confirmed; undefined for the simulator.
   */
  confirming(context: Context, gatewayCode: string): CardForm | undefined;
  /** The customer confirms a payment at the simulator's bank. */
  confirmAtSimulator(merchantId: string, reference: string): Promise<void>;
}

/** The gateway did not respond while a customer entered a card. */
export class FormUnavailable extends Error {}
