import type { searchTypes } from '@perennial/contract/screens.ts';
import { memberText, objectText } from '../kernel/jsonText.ts';
import type { Bind } from '../platform/storage/page.ts';
import { codeBegins, codeIn, stateSql, textLists } from './autoOrderMatches.ts';
import { billingPhone, customerLists, foldedBilling, ofBilling } from './customerMatches.ts';
import {
  beginsWith,
  digitsOf,
  inAll,
  orderIdOfNumber,
  type Recognised,
  sortedDescription,
} from './matches.ts';

/** A type of record that the search over all types finds. */
export type SearchType = (typeof searchTypes)[number];

/** A lookup in one field: the column that identifies the row, the condition, and the order. */
export interface Probe {
  /** The field's name in results. */
  readonly field: string;
  /** True if the text must be the whole id of the row. */
  readonly isExact: boolean;
  /** Selects `key`. */
  readonly sql: string;
}

/** The typed text in the forms that the lookups need. */
export interface Typed {
  readonly merchantId: string;
  readonly text: string;
  /** Folded, with single spaces. */
  readonly folded: string;
  readonly what: Recognised;
  readonly limit: number;
}

/** The customer of the order `o`. */
const billedTo = {
  title: "concat_ws(' ', o.billing->>'first_name', o.billing->>'last_name')",
  subtitle: "o.billing->>'email'",
};

/** The lookups and the displayed columns of each type. */
export const things: Readonly<
  Record<
    SearchType,
    {
      readonly probes: typeof autoOrderProbes;
      readonly from: string;
      readonly key: string;
      readonly json: string;
    }
  >
> = {
  auto_order: {
    probes: autoOrderProbes,
    from: `auto_order a left join orders o
      on o.merchant_id = $1 and o.order_id = a.original_order_id`,
    key: 'a.auto_order_oid',
    json: thing('auto_order', {
      id: 'a.auto_order_code',
      oid: 'a.auto_order_oid',
      ...billedTo,
      status: stateSql,
      url: "'/auto-orders/' || a.auto_order_code",
    }),
  },
  order: {
    probes: orderProbes,
    from: 'orders o',
    key: 'o.order_id',
    json: thing('order', {
      id: 'o.order_id',
      oid: 'o.order_id',
      ...billedTo,
      status: 'o.current_stage',
      url: "'/orders/' || o.order_id",
    }),
  },
  customer: {
    probes: customerProbes,
    from: 'customer c',
    key: 'c.customer_profile_oid',
    json: thing('customer', {
      id: 'c.email',
      oid: 'c.customer_profile_oid',
      title: `concat_ws(' ', ${ofBilling('c', 'first_name')}, ${ofBilling('c', 'last_name')})`,
      subtitle: 'c.email',
      url: "'/customers/' || c.customer_profile_oid",
    }),
  },
  item: {
    probes: itemProbes,
    from: 'item t',
    key: 't.merchant_item_oid',
    json: thing('item', {
      id: 't.merchant_item_id',
      oid: 't.merchant_item_oid',
      title: "t.document->>'description'",
      subtitle: 't.merchant_item_id',
      status: "case when t.inactive then 'inactive' else 'active' end",
      url: "'/catalogue/' || t.merchant_item_oid",
    }),
  },
  task: {
    probes: taskProbes,
    from: 'workflow_task w',
    key: 'w.global_number',
    json: thing('task', {
      id: 'w.global_number',
      oid: 'w.task_uuid',
      title: 'w.name',
      subtitle: 'w.context',
      status: 'w.status',
      url: "'/tasks/' || w.global_number",
    }),
  },
};

function thing(type: SearchType, fields: Readonly<Record<string, string>>): string {
  return objectText([
    `'"type":"${type}"'`,
    ...Object.entries(fields).map(([name, sql]) =>
      memberText(name, `to_json(nullif((${sql})::text, ''))::text`),
    ),
  ]);
}

const select = (key: string, from: string, where: string, limit: number, order = ''): string =>
  `(select ${key} as key from ${from} where ${where} ${order} limit ${limit})`;

function autoOrderProbes(typed: Typed, bind: Bind): Probe[] {
  const own = (where: string) =>
    select('b.auto_order_oid', 'auto_order b', `b.merchant_id = $1 and ${where}`, typed.limit);
  return [...autoOrderIds(typed, own, bind), ...autoOrderTexts(typed, own, bind)];
}

/** Selects auto orders by a condition on the record itself, `b`. */
type Own = (where: string) => string;

function autoOrderIds({ merchantId, folded, what }: Typed, own: Own, bind: Bind): Probe[] {
  const code = codeIn(folded);
  const orderIds = orderRange(merchantId, what);
  return [
    ...(code === undefined
      ? []
      : [
          exactly('auto_order_code', own(`b.auto_order_code = ${bind(code)}`)),
          starting('auto_order_code', own(codeBegins('b.auto_order_code', code, bind))),
        ]),
    ...(isOid(what)
      ? [exactly('auto_order_oid', own(`b.auto_order_oid = ${bind(Number(what.digits))}::int`))]
      : []),
    ...(orderIds
      ? [
          starting(
            'original_order_id',
            own(`b.original_order_id between ${bind(orderIds.from)} and ${bind(orderIds.to)}`),
          ),
        ]
      : []),
  ];
}

function autoOrderTexts({ merchantId, folded, what, limit }: Typed, own: Own, bind: Bind): Probe[] {
  const ofFacet = (column: string) =>
    select(
      'p.auto_order_oid',
      'auto_order_search p',
      `p.merchant_id = $1 and ${beginsWith(`p.${column}`, folded, bind)}`,
      limit,
      `order by p.${column}, p.auto_order_oid`,
    );
  const ofPhone = (digits: string) =>
    select(
      'v.auto_order_oid',
      'auto_order_search_value v',
      `v.merchant_id = $1 and v.kind = 'phone' and ${beginsWith(digitsOf('v.value'), digits, bind)}`,
      limit,
    );
  return [
    ...(what.kind === 'number' ? [starting('phone', ofPhone(what.digits))] : []),
    ...(what.kind === 'email' || what.kind === 'words'
      ? [starting('email', ofFacet('billing_email'))]
      : []),
    ...(isOneWord(what)
      ? [
          starting('last_name', ofFacet('billing_last_name')),
          starting('first_name', ofFacet('billing_first_name')),
        ]
      : []),
    ...(isName(what)
      ? [starting('name', own(inAll('b.auto_order_oid', textLists(merchantId, folded, bind))))]
      : []),
  ];
}

function orderProbes({ merchantId, what, limit }: Typed, bind: Bind): Probe[] {
  const range = orderRange(merchantId, what);
  if (range === undefined) return [];
  const { from, to } = range;
  const sql = select(
    'b.order_id',
    'orders b',
    `b.merchant_id = $1 and b.order_id between ${bind(from)} and ${bind(to)}`,
    limit,
    'order by b.order_id',
  );
  return [from === to ? exactly('order_id', sql) : starting('order_id', sql)];
}

function customerProbes({ merchantId, folded, what, limit }: Typed, bind: Bind): Probe[] {
  const by = (where: string, order = '') =>
    select('b.customer_profile_oid', 'customer b', `b.merchant_id = $1 and ${where}`, limit, order);
  const starts = (column: string, text: string) =>
    by(beginsWith(column, text, bind), `order by ${column}`);
  return [
    ...(what.kind === 'email' || what.kind === 'words'
      ? [
          exactly('email', by(`b.email_lc = ${bind(folded)}`)),
          starting('email', starts('b.email_lc', folded)),
        ]
      : []),
    ...(isOid(what)
      ? [
          exactly(
            'customer_profile_oid',
            by(`b.customer_profile_oid = ${bind(Number(what.digits))}::int`),
          ),
        ]
      : []),
    ...(what.kind === 'number' ? [starting('phone', starts(billingPhone('b'), what.digits))] : []),
    ...(isOneWord(what)
      ? [
          starting('last_name', starts(foldedBilling('b', 'last_name'), folded)),
          starting('first_name', starts(foldedBilling('b', 'first_name'), folded)),
        ]
      : []),
    ...(isName(what)
      ? [
          starting(
            'name',
            by(inAll('b.customer_profile_oid', customerLists(merchantId, folded, bind))),
          ),
        ]
      : []),
  ];
}

function itemProbes({ folded, what, limit }: Typed, bind: Bind): Probe[] {
  const by = (where: string, order = '') =>
    select('b.merchant_item_oid', 'item b', `b.merchant_id = $1 and ${where}`, limit, order);
  const description = sortedDescription('b');
  return [
    exactly('merchant_item_id', by(`b.merchant_item_id_lc = ${bind(folded)}`)),
    ...(isOid(what)
      ? [
          exactly(
            'merchant_item_oid',
            by(`b.merchant_item_oid = ${bind(Number(what.digits))}::int`),
          ),
        ]
      : []),
    starting(
      'merchant_item_id',
      by(beginsWith('b.merchant_item_id_lc', folded, bind), 'order by b.merchant_item_id_lc'),
    ),
    starting('description', by(beginsWith(description, folded, bind), `order by ${description}`)),
  ];
}

function taskProbes({ folded, what, limit }: Typed, bind: Bind): Probe[] {
  const by = (where: string, order = '') =>
    select('b.global_number', 'workflow_task b', `b.merchant_id = $1 and ${where}`, limit, order);
  return [
    ...(isOid(what)
      ? [exactly('global_task_number', by(`b.global_number = ${bind(Number(what.digits))}::int`))]
      : []),
    ...(/^[0-9a-f-]{36}$/.test(folded)
      ? [exactly('workflow_task_uuid', by(`b.task_uuid = ${bind(folded)}`))]
      : []),
    // A trigram index needs three letters to find anything.
    ...(folded.length >= 3
      ? [
          starting(
            'text',
            by(
              `b.search_text like ${bind(`%${folded.replace(/[\\%_]/g, '\\$&')}%`)}`,
              'order by b.is_open desc, b.created_at desc',
            ),
          ),
        ]
      : []),
  ];
}

const exactly = (field: string, sql: string): Probe => ({ field, isExact: true, sql });
const starting = (field: string, sql: string): Probe => ({ field, isExact: false, sql });

const isOneWord = (what: Recognised): boolean => what.kind === 'words' && what.words.length === 1;
const isName = (what: Recognised): boolean => what.kind === 'words' && what.words.length > 1;

const isOid = (what: Recognised): what is Recognised & { kind: 'number' } =>
  what.kind === 'number' && Number(what.digits) < 2 ** 31;

/**
 * Returns the order ids that a text can mean: those that begin with it, or the one with this
 * number.
 */
function orderRange(
  merchantId: string,
  what: Recognised,
): { readonly from: string; readonly to: string } | undefined {
  if (what.kind === 'orderId') return what;
  const id = what.kind === 'number' ? orderIdOfNumber(merchantId, what.digits) : undefined;
  return id === undefined ? undefined : { from: id, to: id };
}
