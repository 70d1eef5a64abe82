import type { Context } from '../platform/context.ts';
import type { CardForm, CardForms } from './cardForm.ts';
import { gatewaySettings } from './gatewaySettings.ts';
import type { OpenGateways } from './gateways.ts';

/**
 * Opens the forms of the gateways. A merchant whose settings name a gateway with a form for cards
 * uses only that form. In our own form, a customer could enter another customer's token.
 */
export function cardForms({ preferred, formOf, confirm }: OpenGateways): CardForms {
  const settings = ({ merchant }: Context) => gatewaySettings(merchant, preferred(merchant)).list;
  return {
    entryOf(context) {
      const own = settings(context).find(({ kind }) => formOf(kind) !== 'token');
      return own === undefined ? 'token' : formOf(own.kind);
    },
    confirming(context, gatewayCode): CardForm | undefined {
      const gateway = settings(context).find(({ code }) => code === gatewayCode);
      const form = gateway && formOf(gateway.kind);
      return form === 'token' ? undefined : form;
    },
    confirmAtSimulator: (merchantId, reference) =>
      confirm({ merchantId, reference, isConfirmed: true }),
  };
}
