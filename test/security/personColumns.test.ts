// Tests that every place for text is classified: an erasure removes people from it, or it contains
// no people. A new column of the database or a new field of the contract fails here until its
// author classifies it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { reachable, schemas } from '@perennial/contract/schemas.ts';
import { peopleOf } from '../../server/src/app/people.ts';
import {
  personFields,
  personWords,
  redactionOf,
} from '../../server/src/platform/privacy/redaction.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { testDatabase } from '../support/database.ts';

const places = peopleOf(sealWith(randomBytes(32))).flatMap(({ tables }) => tables);
const words = (list = ''): string[] => list.split(/\s+/).filter(Boolean);

/** The text columns without data of customers, by the reason. `merchant_id` is in every table. */
const withoutCustomers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'users of the console and their credentials': {
    api_key: 'key_hash previous_hash name prefix permissions allowed_ips last_used_address',
    app_user: 'login full_name icon_url email permissions password_hash document login_lc',
    user_group: 'name permissions document name_lc',
    user_login: 'login ip_address user_agent',
    user_recovery_code: 'code_hash',
    user_second_factor: 'sealed_secret',
    user_session: 'session_hash address user_agent',
    oauth_application:
      'client_id name description redirect_uris permissions secret_hash device_scope kind',
    oauth_code: 'code_hash redirect_uri code_challenge',
    oauth_device: 'device_hash user_code client_id state',
    oauth_grant: 'client_id permissions',
    oauth_ticket: 'ticket_hash client_id request',
    oauth_token: 'token_hash kind permissions successor_salt',
    token_key: 'key_id secret',
  },
  'the shop: what it sells, and its settings': {
    merchant: 'name time_zone currency settings clock_kind',
    item: 'merchant_item_id document merchant_item_id_lc',
    digital_item: 'external_id document',
    pricing_tier: 'name_lc document',
    coupon: 'merchant_code merchant_code_lc document',
    coupon_code: 'code_lc code order_id',
    distribution_center: 'code document',
    tax_rate: 'place_key county_state document',
    mail_template: 'kind language subject body',
    email_list: 'email_list_uuid name name_lc',
    receivable_retry_config: 'config',
    gateway_inactive: 'code reason',
    webhook:
      'application_id webhook_url authentication_type basic_username basic_password ' +
      'iam_access_key iam_secret_key disabled_reason',
    webhook_secret: 'secret',
    webhook_subscription: 'event_name expansion event_ruler comments',
  },
  'keys, states and numbers of records': {
    auto_order_recalculation: 'item_id_lc',
    parked_auto_order: 'item_id_lc',
    held_auto_order: 'waits_for',
    order_charge: 'key route',
    restored_charge: 'subject key gateway_code gateway_kind reference currency order_id',
    receivable_retry: 'order_id',
    waiting_shipment: 'order_id distribution_center_code',
    webhook_delivery: 'stamps event_ids objects',
    webhook_event: 'webhook_oids',
    webhook_held: 'object',
    webhook_log: 'stamps event_ids',
    webhook_reflow: 'event_name after_id',
    workflow_number: 'object_type object_key',
    clock_advance: 'advance_id mode_after state failure_reason',
    clock_advance_day: 'advance_id currency',
    statistic_day: 'currency',
    orders: 'order_id',
    order_payment_attempt: 'order_id',
    order_refund: 'order_id',
    refund_block: 'order_id',
  },
  'a refund that is still to be made; while one waits, the erasure is refused': {
    other_refund: 'order_id cause_order_id wishes',
  },
  'redacted by the audit log itself, which keeps its chain (redactEntries); actors are users': {
    audit_entry:
      'actor_kind actor_name application_id address request_id act object_type object_id before ' +
      'after previous_hash hash',
    audit_head: 'hash removed_hash',
  },
  'sealed responses, which are opened and redacted (redactResponses)': {
    idempotent_request:
      'application_id idempotency_key request_hash state body etag error refusal_code',
  },
  'what a search for an erased person looks for; its end removes the words': {
    mention_search: 'emails names place after_key table_counts',
  },
  'the installation, and counters of attempts that live for minutes': {
    billing_link_key: 'inner_key outer_key previous_inner_key previous_outer_key public_url',
    continuity: 'held_reason',
    counter: 'name',
    installation: 'seal_fingerprint',
    migration: 'name checksum',
    login_attempt: 'subject',
    rate_bucket: 'bucket',
  },
};

test('every column of text is erased, kept for a reason, or in a table without customers', async () => {
  const db = await testDatabase();
  const columns = await db.rows<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE'
       and data_type in ('text', 'json', 'jsonb', 'ARRAY', 'bytea')
       and column_name <> 'merchant_id' order by table_name, ordinal_position`,
  );
  const known = new Set([
    ...places.flatMap(({ table, columns: rules, kept }) =>
      [...Object.keys(rules ?? {}), ...words(kept)].map((column) => `${table}.${column}`),
    ),
    ...Object.values(withoutCustomers).flatMap((tables) =>
      Object.entries(tables).flatMap(([table, list]) =>
        words(list).map((column) => `${table}.${column}`),
      ),
    ),
  ]);
  const deleted = new Set(places.filter((place) => !place.columns).map(({ table }) => table));
  const open = columns.filter(
    ({ table, column }) => !known.has(`${table}.${column}`) && !deleted.has(table),
  );
  assert.deepEqual(
    open.map(({ table, column }) => `${table}.${column}`),
    [],
    'say in a …personStore.ts what an erasure does with it, or list it here with its reason',
  );
});

test('every table and column that an erasure names exists', async () => {
  const db = await testDatabase();
  const columns = new Set(
    (
      await db.rows<{ name: string }>(
        `select table_name || '.' || column_name as name from information_schema.columns
         where table_schema = 'public'`,
      )
    ).map(({ name }) => name),
  );
  const named = places.flatMap(({ table, key, columns: rules, kept, secrets = [] }) =>
    [...key, ...Object.keys(rules ?? {}), ...words(kept), ...secrets].map(
      (column) => `${table}.${column}`,
    ),
  );
  assert.deepEqual(
    named.filter((name) => !columns.has(name)),
    [],
  );
});

/**
 * Text fields that an erased order, auto order, review or dispute keeps. They contain no words of
 * the person.
 */
const keptFields = new Set(
  words(`accounting_code action actual_delivery_date actual_delivery_date_formatted
    advertising_source all_time_formatted application_id arbitrary_item_id assigned_by_user
    auth_code auto_order_code auto_order_schedule avalara_customer_code
    avalara_entity_use_code barcode barcode_gtin12 barcode_gtin14 barcode_upc11 barcode_upc12
    base_coupon_code bill_to_edi_code bounce_diagnostic_code bounce_sub_type bounce_type
    buysafe_shopping_cart_id cancel_reason canceled_by_user card_type case_number channel
    channel_partner_code channel_partner_data channel_partner_item_id channel_partner_order_id
    claim_id code country country_code country_code_of_origin coupon_code created_by currency
    currency_code customs_description description description_for_customer
    distribution_center_code distribution_center_number easypost_tracker_id edi_department
    edi_internal_vendor_number event_local_date event_local_time event_timezone_id
    expected_delivery_date expected_delivery_date_formatted external_id facebook_ad_id
    failure_reason family file_name gateway_name gift_certificate_code
    gift_charge_accounting_code gift_wrap_accounting_code gift_wrap_title identification
    insurance_type internal_gift_certificate_balance item_id itm_campaign itm_content itm_id
    itm_medium itm_source itm_term label language_iso_code last_30_formatted last_modified_by
    least_cost_route_shipping_methods linked_shipment_channel_partner_order_ids
    linked_shipment_order_ids linked_shipment_to_order_id localized_formatted log_message
    lot_number loyalty_tier_name major manufacturer_sku merchant_id merchant_item_id
    merchant_note merchant_reply message_id metric mime_type minor mix_and_match_group_name
    modified_by name next_attempt next_item_id order_id order_placed_date
    order_placed_date_formatted original_filename original_item_id original_order_id
    packed_by_user parent_merchant_item_id patch patch_minor payment_method_accounting_code
    payment_method_deposit_to_account payment_processed_date payment_processed_date_formatted
    perishable_class placed_by_user pricing_tier_name prior_30_formatted product_code
    product_description purchased_via_item_description purchased_via_item_id
    purchased_via_order_id qb_class qb_code quickbooks_class quoted_by rating_name1
    rating_name10 rating_name2 rating_name3 rating_name4 rating_name5 rating_name6
    rating_name7 rating_name8 rating_name9 reason_code reference_order_id referral_code
    refund_by_user refund_claim_id refund_reason reject_reason reporting_mta return_reason
    review rma rotating_transaction_gateway_code sales_rep_code salesforce_opportunity_id
    screen_branding_theme_code serial_number ship_to_edi_code shipped_by_user shipped_date
    shipped_date_formatted shipping_department_status shipping_method
    shipping_method_accounting_code shipping_status short_code skip_reason smtp_response
    software_sku sovos_customer_code special_product_type state state_province state_region
    status status_description store_feedback store_number storefront_host_name
    stripe_account_id stripe_reader_id sub_id subject subtag subtag_message
    surcharge_accounting_code tag tag_description tag_icon tag_value tax_city_accounting_code
    tax_country_accounting_code tax_county tax_county_accounting_code
    tax_postal_code_accounting_code tax_state_accounting_code taxjar_customer_id
    taxjar_exemption_type terms transaction_gateway transaction_memo type upsell_path_code
    user utm_campaign utm_content utm_id utm_medium utm_source utm_term uuid value`),
);

test('every field of text in the records of customers is a field about people, or is kept', () => {
  const roots = ['Order', 'AutoOrder', 'Customer', 'ItemReview', 'ChargebackDispute'];
  const models = new Set(roots.flatMap((root) => [root, ...reachable(schemas[root]!)]));
  const open = new Set<string>();
  for (const name of models)
    for (const [field, schema] of Object.entries(propertiesOf(name)))
      if (isText(schema) && !personFields.has(field) && !keptFields.has(field))
        open.add(`${name}.${field}`);
  assert.deepEqual([...open], [], 'add it to personFields (redaction.ts), or to keptFields here');
});

const propertiesOf = (name: string): Readonly<Record<string, object>> =>
  (schemas[name] as { properties?: Readonly<Record<string, object>> }).properties ?? {};

const isText = (schema: object): boolean => {
  const text = JSON.stringify(schema);
  return text.includes('"type":"string"') && !/"enum"|"const"|date-time/.test(text);
};

const ann = personWords([
  {
    first_name: 'Ann',
    last_name: "O'Neil (Jr.)",
    email: 'Ann@Example.com',
    day_phone: '555-0100 17',
    address1: '1 Elm Street',
    city: 'Rome',
    card_number: 'XXXXXXXXXXXX4242',
  },
]);
const own = redactionOf(ann.own, true);
const mention = redactionOf(ann.mentions, false);

const texts: [given: string, inOwn: string, inOthers: string][] = [
  ['Ann called', '(erased) called', 'Ann called'],
  ['ann@example.COM', '(erased)', '(erased)'],
  ['Annual plan in Romeo', 'Annual plan in Romeo', 'Annual plan in Romeo'],
  ["ANN O'NEIL (JR.) moved", '(erased) moved', '(erased) moved'],
  ['call 555-0100 17.', 'call (erased).', 'call (erased).'],
  ['1 Elm Street, Rome', '(erased), (erased)', '(erased), Rome'],
  ['mary-ann@example.com', 'mary-(erased)@example.com', 'mary-ann@example.com'],
  ['ends in 4242, order 14242', 'ends in (erased), order 14242', 'ends in 4242, order 14242'],
];
test('words are removed only as a whole; other records lose only what names one person', () => {
  for (const [given, inOwn, inOthers] of texts) {
    assert.equal(own.text(given), inOwn);
    assert.equal(mention.text(given), inOthers);
  }
});

test('fields about people are removed from JSON, also in our own records; sums and codes stay', () => {
  const given = {
    billing: { first_name: 'Ann', state_region: 'NY' },
    cardToken: 'tok',
    reason_code: 'Ann did not order',
    order_id: 'Ann',
    total: { value: 12.5 },
    options: [{ label: 'Text', value: 'For Ann' }],
  };
  assert.deepEqual(own.json(given), {
    billing: { state_region: 'NY' },
    reason_code: '(erased) did not order',
    order_id: 'Ann',
    total: { value: 12.5 },
    options: [{ label: 'Text', value: 'For (erased)' }],
  });
  assert.deepEqual(mention.json({ owner: { email: 'ann@example.com' }, first_name: 'Ann' }), {
    owner: { email: '(erased)' },
    first_name: 'Ann',
  });
});
