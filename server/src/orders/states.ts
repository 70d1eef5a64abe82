import { fold } from '../kernel/caseFolding.ts';

/*
 * The states of the countries whose post office has codes for them. An address may contain a
 * state's code or its name. Rates, exemptions and addresses are compared by the code.
 */

/** Returns the folded code of a state from its code or name. Both arguments are folded. */
export function stateKey(state: string, country: string): string {
  const codes = codesByName.get(country);
  if (codes === undefined || state === '') return state;
  const words = plain(state);
  // ISO 3166-2 puts the country first: US-NV.
  const name = words.startsWith(`${country} `) ? words.slice(country.length + 1) : words;
  return codes.get(name) ?? state;
}

/**
 * Returns the code of a state and its names, folded, or only the text itself if the state is
 * unknown.
 */
export const spellingsOf = (state: string, country: string): readonly string[] =>
  spellings.get(country)?.get(state) ?? [state];

/**
 * Whether a text is the code of a state. It is also true for a country whose states have no codes.
 */
export const isStateCode = (state: string, country: string): boolean =>
  spellings.get(fold(country))?.has(fold(state)) ?? true;

/** Returns the form that is compared: without accents, dots, hyphens and repeated spaces. */
const plain = (name: string): string =>
  fold(name)
    .normalize('NFD')
    .replace(/[\u0300-\u036f.,']/g, '')
    .replace(/[\s-]+/g, ' ')
    .trim();

// The codes of the United States Postal Service and of Canada Post, each with its names.
const written: Readonly<Record<string, string>> = {
  US: `AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
    |DC District of Columbia/Washington DC|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana
    |IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan
    |MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire
    |NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma
    |OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas
    |UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
    |AS American Samoa|GU Guam|MP Northern Mariana Islands|PR Puerto Rico
    |VI Virgin Islands/US Virgin Islands|FM Micronesia/Federated States of Micronesia
    |MH Marshall Islands|PW Palau|AA Armed Forces Americas|AE Armed Forces Europe
    |AP Armed Forces Pacific`,
  CA: `AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick
    |NL Newfoundland and Labrador/Newfoundland|NS Nova Scotia|NT Northwest Territories|NU Nunavut
    |ON Ontario|PE Prince Edward Island|QC Québec|SK Saskatchewan|YT Yukon/Yukon Territory`,
};

/** The spellings of each code of a country: the code, then its names. */
const spellings: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map(
  Object.entries(written).map(([country, list]) => [
    fold(country),
    new Map(
      list.split('|').map((each) => {
        const [, code = '', names = ''] = /^(\S+) ([^]*?)\s*$/.exec(each)!;
        return [fold(code), [fold(code), ...names.split('/').map(fold)]];
      }),
    ),
  ]),
);

const codesByName: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [...spellings].map(([country, codes]) => [
    country,
    new Map([...codes].flatMap(([code, names]) => names.map((name) => [plain(name), code]))),
  ]),
);
