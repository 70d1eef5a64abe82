import type { ItemTaxExemption } from '@perennial/contract/itemPricing.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { spellingsOf, stateKey } from './states.ts';

/** The five levels of places that have tax rates, widest first. */
export const taxLevels = ['country', 'state', 'county', 'city', 'postal code'] as const;

/** One of the levels of places that have tax rates. */
export type TaxLevel = (typeof taxLevels)[number];

/**
 * An address for the calculation of taxes. Texts are folded and trimmed, a state is given by its
 * code if it has one, and empty means unknown.
 */
export interface TaxPlace {
  readonly country: string;
  readonly state: string;
  /** Only the order's `taxes.tax_county` contains it. */
  readonly county: string;
  readonly city: string;
  readonly postalCode: string;
}

/**
 * Returns the place in which an order is taxed: its ship-to address, or else its billing address.
 */
export function taxPlaceOf({
  shipping,
  billing,
  taxes,
}: Pick<OrderDocument, 'shipping' | 'billing' | 'taxes'>): TaxPlace {
  const address: PlaceNames = (shipping?.country_code ? shipping : billing) ?? {};
  const { country_code, state_region, city, postal_code } = address;
  return placeOfNames({ country_code, state_region, city, postal_code, county: taxes?.tax_county });
}

/** The names of a place, as an address or a tax rate has them. */
interface PlaceNames {
  readonly country_code?: string | null | undefined;
  readonly state_region?: string | null | undefined;
  readonly county?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly postal_code?: string | null | undefined;
}

/** Returns the place that an address or a tax rate names. */
export function placeOfNames({
  country_code,
  state_region,
  county,
  city,
  postal_code,
}: PlaceNames): TaxPlace {
  const country = folded(country_code);
  return {
    country,
    state: stateKey(folded(state_region), country),
    county: folded(county),
    city: folded(city),
    postalCode: postalCodeOf(folded(postal_code), country),
  };
}

const folded = (text: string | null | undefined): string => fold((text ?? '').trim());

// The last four digits of an American postal code select a street, and no rate is that narrow.
const postalCodeOf = (code: string, country: string): string =>
  country === fold('US') ? code.slice(0, 5) : code.replaceAll(' ', '');

/** Returns the level of a rate: that of its narrowest name. */
export function levelOf({ state, county, city, postalCode }: TaxPlace): TaxLevel {
  if (postalCode !== '') return 'postal code';
  if (city !== '') return 'city';
  if (county !== '') return 'county';
  return state === '' ? 'country' : 'state';
}

/**
 * Returns the key of a place at a level. A postal code is unique within its country; the other
 * names are unique within their state.
 */
export function placeKey(level: TaxLevel, place: TaxPlace): string {
  const { country, state, county, city, postalCode } = place;
  switch (level) {
    case 'country':
      return key(level, country);
    case 'state':
      return key(level, country, state);
    case 'county':
      return key(level, country, state, county);
    case 'city':
      return key(level, country, state, city);
    case 'postal code':
      return key(level, country, postalCode);
  }
}

const key = (...parts: readonly string[]): string => parts.join('\n');

/** Returns the key of all counties of the place's state. */
export const countiesKey = ({ country, state }: TaxPlace): string => key(country, state);

/**
 * Whether an item with these exemptions is not taxed at a place. That is so if all names of one
 * exemption match the place. An exemption without names has no effect.
 */
export const isExemptAt = (
  place: TaxPlace,
  exemptions: readonly ItemTaxExemption[] | null | undefined,
): boolean =>
  (exemptions ?? []).some((each) => {
    const named = placeOfNames({ ...each, state_region: each.state_code });
    const names = taxPlaceNames.filter((name) => named[name] !== '');
    return names.length > 0 && names.every((name) => named[name] === place[name]);
  });

const taxPlaceNames = ['country', 'state', 'county', 'city', 'postalCode'] as const;

/** Returns a text that differs for addresses whose tax may differ. */
export const placeText = ({ country, state, county, city, postalCode }: TaxPlace): string =>
  key(country, state, county, city, postalCode);

/** Returns the place from a {@link placeText}. */
export function placeOfText(text: string): TaxPlace {
  const [country = '', state = '', county = '', city = '', postalCode = ''] = text.split('\n');
  // A place that was stored before states were compared by their codes may contain the name of a
  // state.
  return { country, state: stateKey(state, country), county, city, postalCode };
}

/**
 * Returns the places whose keys may have a rate of this place. Rates from before the comparison by
 * codes are stored with the name of their state.
 */
export const storedPlaces = (place: TaxPlace): TaxPlace[] =>
  spellingsOf(place.state, place.country).map((state) => ({ ...place, state }));

/** Whether the address of an order has changed since its tax was calculated. */
export const hasMoved = ({
  taxedPlace,
  document,
}: Pick<OrderRecord, 'taxedPlace' | 'document'>): boolean =>
  taxedPlace !== undefined &&
  placeText(placeOfText(taxedPlace)) !== placeText(taxPlaceOf(document));
