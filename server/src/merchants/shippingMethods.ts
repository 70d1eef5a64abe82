import type { ShippingMethod, ShippingRate } from '@perennial/contract/shippingMethod.ts';
import { amountFault } from '../kernel/amountFault.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';

const methodsMax = 100;
const ratesMax = 500;

type Given<Model> = { readonly [Name in keyof Model]: Model[Name] | null };

/** Returns the first fault of a list of shipping methods. */
export function shippingMethodFault(
  methods: readonly Given<ShippingMethod>[] | null | undefined,
  currency: string,
): FieldFault | undefined {
  if (!methods) return undefined;
  if (methods.length > methodsMax)
    return fault('shipping_methods', 'has too many methods', `Send at most ${methodsMax}`);
  const names = methods.map(({ name }) => fold(name ?? '').trim());
  for (const [index, method] of methods.entries()) {
    const path = `shipping_methods[${index}]`;
    if (names[index] === '') return fault(`${path}.name`, 'is missing', 'Send a name');
    if (names.indexOf(names[index] ?? '') !== index)
      return fault(
        `${path}.name`,
        'is the name of another method',
        'Give each method its own name',
      );
    const found =
      amountFault(`${path}.handling`, method.handling, currency) ??
      amountFault(`${path}.free_from_subtotal`, method.free_from_subtotal, currency);
    if (found) return found;
    const rates = ratesFault(method.rates, `${path}.rates`, currency);
    if (rates) return rates;
  }
  return undefined;
}

function ratesFault(
  rates: readonly Given<ShippingRate>[] | null | undefined,
  path: string,
  currency: string,
): FieldFault | undefined {
  if (!rates?.length)
    return fault(path, 'is empty', 'Send at least one rate, for example [{"cost": 5}]');
  if (rates.length > ratesMax) return fault(path, 'is too long', `Send at most ${ratesMax} rates`);
  for (const [index, rate] of rates.entries()) {
    const found = rateFault(rate, `${path}[${index}]`, currency);
    if (found) return found;
  }
  return undefined;
}

function rateFault(
  rate: Given<ShippingRate>,
  path: string,
  currency: string,
): FieldFault | undefined {
  if (typeof rate.cost !== 'number')
    return fault(`${path}.cost`, 'is missing', 'Send the cost; 0 for free');
  if (rate.countries?.some((code) => !/^[a-z]{2}$/i.test(code ?? '')))
    return fault(`${path}.countries`, 'has an unknown code', 'Send codes such as US and CA');
  const limit = (['weight_up_to', 'quantity_up_to'] as const).find(
    (name) => (rate[name] ?? 1) <= 0,
  );
  if (limit)
    return fault(`${path}.${limit}`, 'is not above 0', 'Send a limit above 0, or leave it out');
  return (
    amountFault(`${path}.cost`, rate.cost, currency) ??
    amountFault(`${path}.subtotal_up_to`, rate.subtotal_up_to, currency)
  );
}

const fault = (field: string, reason: string, fix: string): FieldFault => ({ field, reason, fix });
