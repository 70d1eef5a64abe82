import type { OrderShipping } from '@perennial/contract/orderShipping.ts';
import type { Random } from './random.ts';

/** An invented customer. Emails use example domains, and phone numbers are reserved for fiction. */
export interface DemoCustomer {
  /** The number of the profile. It makes emails unique. */
  readonly customerProfileOid: number;
  readonly email: string;
  readonly ccEmail?: string;
  readonly address: Address;
  /** The shipping address, if it is not the billing address. */
  readonly shipsTo?: Address;
}

/** The fields that the billing and the shipping address of an order share. */
export type Address = Pick<
  OrderShipping,
  | 'first_name'
  | 'last_name'
  | 'company'
  | 'address1'
  | 'address2'
  | 'city'
  | 'state_region'
  | 'postal_code'
  | 'country_code'
  | 'day_phone'
>;

/** Generates a person with an address. The same random numbers give the same person. */
export function makePerson(random: Random, customerProfileOid: number): DemoCustomer {
  const country = random.weighted(countries.map((each) => [each, each.weight]));
  const place = random.pick(country.places);
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  const company = random.chance(0.14)
    ? `${random.pick(companyWords)} ${random.pick(companyKinds)}`
    : undefined;
  const address = makeAddress(random, country, place, first, last, company);
  return {
    customerProfileOid,
    email: `${ascii(first)}.${ascii(last)}${customerProfileOid}@${random.pick(mailDomains)}`,
    ...(random.chance(0.06)
      ? { ccEmail: `office.${ascii(last)}${customerProfileOid}@example.org` }
      : {}),
    address,
    ...(random.chance(0.12) ? { shipsTo: giftAddress(random, country) } : {}),
  };
}

function giftAddress(random: Random, country: Country): Address {
  return makeAddress(
    random,
    country,
    random.pick(country.places),
    random.pick(firstNames),
    random.pick(lastNames),
    undefined,
  );
}

function makeAddress(
  random: Random,
  country: Country,
  place: Place,
  first: string,
  last: string,
  company: string | undefined,
): Address {
  const number = random.int(1, 980);
  const street = random.pick(country.streets);
  return {
    first_name: first,
    last_name: last,
    ...(company === undefined ? {} : { company }),
    address1: country.numberFirst ? `${number} ${street}` : `${street} ${number}`,
    ...(random.chance(0.2)
      ? { address2: `${random.pick(['Apt', 'Unit', 'Floor'])} ${random.int(1, 24)}` }
      : {}),
    city: place.city,
    ...(place.region === undefined ? {} : { state_region: place.region }),
    postal_code: place.postalCode.replace(/#/g, () => random.digits(1)),
    country_code: country.code,
    day_phone: place.phone.replace(/#/g, () => random.digits(1)),
  };
}

const ascii = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase();

interface Country {
  readonly code: string;
  readonly weight: number;
  readonly numberFirst: boolean;
  readonly streets: readonly string[];
  readonly places: readonly Place[];
}

interface Place {
  readonly city: string;
  readonly region?: string;
  /** `#` is replaced by a random digit. */
  readonly postalCode: string;
  readonly phone: string;
}

const place = (
  city: string,
  region: string | undefined,
  postalCode: string,
  phone: string,
): Place => ({ city, ...(region === undefined ? {} : { region }), postalCode, phone });

const countries: readonly Country[] = [
  {
    code: 'US',
    weight: 68,
    numberFirst: true,
    streets: [
      'Maple Street',
      'Oak Avenue',
      'Cedar Lane',
      'Washington Street',
      'Lakeview Drive',
      '2nd Avenue',
      'Hillcrest Road',
      'Mill Street',
      'Sunset Boulevard',
    ],
    places: [
      place('Atlanta', 'GA', '303##', '404-555-01##'),
      place('Austin', 'TX', '787##', '512-555-01##'),
      place('Boston', 'MA', '021##', '617-555-01##'),
      place('Chicago', 'IL', '606##', '312-555-01##'),
      place('Denver', 'CO', '802##', '303-555-01##'),
      place('Los Angeles', 'CA', '900##', '213-555-01##'),
      place('Minneapolis', 'MN', '554##', '612-555-01##'),
      place('New York', 'NY', '100##', '212-555-01##'),
      place('Portland', 'OR', '972##', '503-555-01##'),
      place('Raleigh', 'NC', '276##', '919-555-01##'),
      place('Seattle', 'WA', '981##', '206-555-01##'),
      place('Tampa', 'FL', '336##', '813-555-01##'),
    ],
  },
  {
    code: 'CA',
    weight: 12,
    numberFirst: true,
    streets: [
      'King Street',
      'Queen Street',
      'Rue Sainte-Catherine',
      'Granville Street',
      'Bloor Street',
    ],
    places: [
      place('Montréal', 'QC', 'H2X #A#', '514-555-01##'),
      place('Toronto', 'ON', 'M5V #K#', '416-555-01##'),
      place('Vancouver', 'BC', 'V6B #J#', '604-555-01##'),
    ],
  },
  {
    code: 'GB',
    weight: 9,
    numberFirst: true,
    streets: ['High Street', 'Station Road', 'Church Lane', 'Victoria Road', 'Mill Lane'],
    places: [
      place('Bristol', undefined, 'BS1 #DX', '0117 496 0###'),
      place('Leeds', undefined, 'LS1 #AB', '0113 496 0###'),
      place('London', undefined, 'E1 #QL', '020 7946 0###'),
    ],
  },
  {
    code: 'AU',
    weight: 6,
    numberFirst: true,
    streets: ['George Street', 'Collins Street', 'Beach Road', 'Park Terrace'],
    places: [
      place('Melbourne', 'VIC', '300#', '(03) 5550 ####'),
      place('Sydney', 'NSW', '200#', '(02) 5550 ####'),
    ],
  },
  {
    code: 'DE',
    weight: 5,
    numberFirst: false,
    streets: ['Hauptstraße', 'Gartenweg', 'Lindenallee', 'Bahnhofstraße'],
    places: [
      place('Berlin', undefined, '101##', '030 23125 ###'),
      place('Hamburg', undefined, '200##', '040 66969 ###'),
      place('München', undefined, '803##', '089 99998 ###'),
    ],
  },
];

const mailDomains = ['example.com', 'example.com', 'example.net', 'example.org'];

const firstNames = [
  'Aaron',
  'Abigail',
  'Adele',
  'Amir',
  'Anna',
  'Ben',
  'Bianca',
  'Carla',
  'Chen',
  'Clara',
  'Daniel',
  'Daria',
  'Diego',
  'Elena',
  'Emil',
  'Esther',
  'Farah',
  'Felix',
  'Grace',
  'Hannah',
  'Hugo',
  'Imani',
  'Ines',
  'Isaac',
  'Jasmin',
  'Joel',
  'Julia',
  'Kai',
  'Keiko',
  'Laila',
  'Leon',
  'Lucia',
  'Marco',
  'Maya',
  'Mila',
  'Nadia',
  'Noah',
  'Nora',
  'Olga',
  'Omar',
  'Oscar',
  'Paula',
  'Priya',
  'Rafael',
  'Rosa',
  'Ruben',
  'Samuel',
  'Sofia',
  'Tariq',
  'Theo',
  'Tom',
  'Uma',
  'Vera',
  'Victor',
  'Wendy',
  'Yara',
  'Zoë',
];
const lastNames = [
  'Abbott',
  'Adler',
  'Alvarez',
  'Andersson',
  'Bailey',
  'Becker',
  'Bianchi',
  'Brooks',
  'Carter',
  'Castillo',
  'Chan',
  'Clarke',
  'Costa',
  'Dalton',
  'Diaz',
  'Dubois',
  'Eriksen',
  'Farrell',
  'Fischer',
  'Fleming',
  'Fontaine',
  'Garcia',
  'Gupta',
  'Hansen',
  'Harper',
  'Hayes',
  'Hoffmann',
  'Ibrahim',
  'Jensen',
  'Johnson',
  'Kaplan',
  'Keller',
  'Kim',
  'Kowalski',
  'Larsen',
  'Lee',
  'Lopez',
  'Martin',
  'Mendes',
  'Meyer',
  'Moreau',
  'Morgan',
  'Müller',
  'Nakamura',
  'Nguyen',
  'Novak',
  'Okafor',
  'Olsen',
  'Ortiz',
  'Park',
  'Patel',
  'Pereira',
  'Quinn',
  'Reyes',
  'Rossi',
  'Ryan',
  'Santos',
  'Schmidt',
  'Silva',
  'Smith',
  'Sullivan',
  'Tanaka',
  'Taylor',
  'Torres',
  'Usman',
  'Vargas',
  'Walsh',
  'Weber',
  'Williams',
  'Wong',
  'Young',
  'Zimmermann',
];
const companyWords = [
  'Alder',
  'Bluebird',
  'Cobalt',
  'Fernwood',
  'Granite',
  'Harbor',
  'Juniper',
  'Kestrel',
  'Larch',
  'Meridian',
  'Northgate',
  'Orchard',
  'Pinecrest',
  'Summit',
];
const companyKinds = [
  'Architects',
  'Bakery',
  'Bookshop',
  'Dental',
  'Design',
  'Fitness',
  'Hardware',
  'Hotels',
  'Legal',
  'Software',
  'Studio',
  'Yoga',
];
