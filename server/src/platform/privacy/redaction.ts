import { hasAddressForm } from '../../kernel/mailAddress.ts';
/*
 * Removes a person from data. Fields about people are removed by their names; in all other text
 * each known word of the person is replaced. Sums, items and times stay.
 */

/** The text that replaces a word of an erased person. */
export const erasedText = '(erased)';

const names = (list: string): string[] => list.trim().split(/\s+/);

/**
 * The fields with people, their addresses, their devices, or means of access to their money. A test
 * compares this list with every text field of the contract's records.
 */
export const personFields: ReadonlySet<string> = new Set([
  ...names(`first_name last_name full_name name_on_card title company address1 address2 adddress2
    city postal_code zip location email emails cc_email cc_emails gift_email reviewer_email nickname
    reviewed_nickname reviewer_location reviewer
    day_phone day_phone_e164 evening_phone evening_phone_e164 cell_phone cell_phone_e164 phone fax
    sms customer_phone_in_billing_location`),
  ...names(`ip_address customer_ip_address last_download_ip_address ip_city ip_isp ip_latitude
    ip_longitude ip_org ip_region user_agent browser screen_size device_type fraud_score
    fbclid gbraid glcid msclkid ttclid vmcid wbraid uc_message_id`),
  ...names(`bank_aba_code bank_account_name bank_account_number bank_name check_number
    customer_tax_id drivers_license_dob drivers_license_number drivers_license_state tax_id
    card_number card_number_token card_number_truncated card_expiration_month card_expiration_year
    card_verification_number_token card_verification_number card_auth_ticket
    card_authorization_reference_number card_token card_tokens card_mark partial_card_number
    dual_vaulted health_benefit_card_number health_benefit_card_number_token
    health_benefit_card_verification_number_token health_benefit_card_expiration_month
    health_benefit_card_expiration_year paypal_payer_id paypal_recurring_payment_profile_id
    customer_id vault_id purchase_order_number account_number password update_billing_url`),
  ...names(`gift_message special_instructions merchant_notes customer_notes comments note notes
    transactional_merchant_notes business_notes automatic_merchant_notes customer_care_notes
    adjustment_request_text memo referral_source website_url properties attachments
    file_attachment activation_codes activation_code dhl_account_number dhl_duty_account_number
    fedex_account_number ups_account_number shipping_3rd_party_account_number
    tracking_number tracking_numbers tracking_number_details tracking_url map_url url url_id`),
  ...Array.from({ length: 10 }, (_, i) => `custom_field${i + 1}`),
]);

/** Fields whose values are compared and never describe a person. */
const keyField =
  /(_id|(?<!reason)_code|_oid|_uuid|_dts|_type|_method|_at|currency|frequency|status|state|^name)$/;
/** Fields whose values describe the person in free text. */
const wordField =
  /(first_?name|last_?name|full_?name|company|address_?[12]|city|postal_?code|phone\w*|fax|email\w*)$/i;
const cardField = /^card_?number(_truncated)?$/i;
const emailField = /email/i;
const phoneField = /phone|fax/i;
const streetField = /address_?[12]$/i;

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const keptFacetNames = new Set(
  names(`payment_method state_region country_code screen_branding_theme_code storefront_host_name
    item_id channel_partner_code channel_partner_order_id current_stage`),
);

/** Returns the texts by which an order can still be found after the person is erased. */
export const keptFacets = (facets: readonly string[]): string[] =>
  facets.filter((facet) => keptFacetNames.has(/\|(\w+)=/.exec(facet)?.[1] ?? ''));

/** Removes a person from text and JSON. */
export interface Redaction {
  text(text: string): string;
  json(value: unknown): unknown;
}

/** The words by which a person is found in text. */
export interface PersonWords {
  /** Each word of the records that describe the person, the longest first. */
  readonly own: readonly string[];
  /** The words that name no other person, in lower case. */
  readonly mentions: readonly string[];
}

/** Collects the words that describe a person from the person's records. */
export function personWords(records: readonly unknown[]): PersonWords {
  const own = new Set<string>();
  const mentions = new Set<string>();
  const visit = (value: unknown, name = ''): void => {
    if (Array.isArray(value)) for (const part of value) visit(part, name);
    else if (value !== null && typeof value === 'object') {
      for (const [key, part] of Object.entries(value)) visit(part, key);
      for (const full of fullNames(value as Fields)) mentions.add(full.toLowerCase());
    } else if (typeof value === 'string') {
      const word = value.trim();
      if (cardField.test(name)) own.add(word.slice(-4));
      else if (wordField.test(name) && word.length > 1) own.add(word);
      if (isMention(name, word)) mentions.add(word.toLowerCase());
    }
  };
  for (const record of records) visit(record);
  own.delete('');
  return {
    own: [...own, ...mentions].sort((a, b) => b.length - a.length),
    mentions: [...mentions].sort((a, b) => b.length - a.length),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Matches a text that names one person: a whole email, a phone with its area code, a street with a
 * number.
 */
function isMention(name: string, word: string): boolean {
  if (emailField.test(name)) return hasAddressForm(word);
  if (phoneField.test(name)) return word.replace(/\D/g, '').length >= 7;
  return streetField.test(name) && /\d/.test(word) && word.length >= 8;
}

function fullNames(value: Fields): string[] {
  const pairs = [
    [value['first_name'], value['last_name']],
    [value['billing_first_name'], value['billing_last_name']],
    [value['shipping_first_name'], value['shipping_last_name']],
  ];
  return pairs.flatMap(([first, last]) =>
    typeof first === 'string' && typeof last === 'string' && first.trim() && last.trim()
      ? [`${first.trim()} ${last.trim()}`, `${last.trim()}, ${first.trim()}`]
      : [],
  );
}

/** Returns the redaction of a person with known words. */
export function redactionOf(words: readonly string[], removesFields: boolean): Redaction {
  const pattern = words.length > 0 && new RegExp(words.map(patternOf).join('|'), 'giu');
  const text = (given: string) => (pattern ? given.replace(pattern, erasedText) : given);
  const json = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((part) => json(part, name));
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => !removesFields || !personFields.has(snake(key)))
          .map(([key, part]) => [key, json(part, key)]),
      );
    const isText = typeof value === 'string' && !(removesFields && keyField.test(name));
    return isText ? text(value) : value;
  };
  return { text, json: (value) => json(value) };
}

/**
 * A word matches only where no letter or digit is next to it: Ann is not in Annual. An email
 * matches only as a whole: ann@example.com is neither in mary-ann@example.com nor in
 * ann@example.com.au.
 */
function patternOf(word: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return word.includes('@')
    ? `(?<![\\p{L}\\p{N}_%+-]|[\\p{L}\\p{N}_%+-]\\.)${escaped}(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`
    : `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`;
}
