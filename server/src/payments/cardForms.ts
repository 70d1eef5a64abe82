import type { Context } from '../platform/context.ts';
import type { CardForm, CardForms } from './cardForm.ts';
import { gatewaySettings } from './gatewaySettings.ts';
import type { OpenGateways } from './gateways.ts';

/**
 * Opens the forms of the gateways. A merchant whose settings name Stripe has Stripe's form and
 * never our own: a token that a customer types could be another customer's.
 */
export function cardForms({ preferred, stripeForm, confirm }: OpenGateways): CardForms {
  const settings = ({ merchant }: Context) => gatewaySettings(merchant, preferred(merchant)).list;
  return {
    entryOf: (context) =>
      settings(context).some(({ kind }) => kind === 'stripe') ? stripeForm : 'token',
    confirming(context, gatewayCode): CardForm | undefined {
      const gateway = settings(context).find(({ code }) => code === gatewayCode);
      return gateway?.kind === 'stripe' ? stripeForm : undefined;
    },
    confirmAtSimulator: (merchantId, reference) =>
      confirm({ merchantId, reference, isConfirmed: true }),
  };
}
