import type { OrderFormat } from '@perennial/contract/orderSheet.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { getCenters } from './centerOperations.ts';
import { findCenter } from './centerStore.ts';
import type { OrderRecord } from './order.ts';
import { type Sheet, type SheetWishes, sheetOf } from './sheet.ts';
import { sheetDivs, sheetTable } from './sheetHtml.ts';
import { isPrintableSheet, sheetPdf } from './sheetPdf.ts';
import { sheetStylesPath } from './sheetStyles.ts';
import { sheetText } from './sheetText.ts';
import { defaultCenter } from './shipping.ts';
import { findOrder } from './store.ts';
import { noOrder } from './updateOperations.ts';

/** An order as HTML or text, with sentences for the client. */
export interface FormattedOrder {
  readonly css_links: readonly string[];
  readonly formatted_result: string;
  readonly warnings: readonly string[];
}

/** Formats an order for people (current API, OrderApi.format). */
export async function formatOrder(
  context: Context,
  orderId: string,
  format: OrderFormat,
  { publicUrl }: { publicUrl(): Promise<string> },
): Promise<FormattedOrder> {
  const order = await readOrder(context, orderId);
  const { filter_distribution_center_oid: oid } = format;
  const center = oid == null ? undefined : await centerWithOid(context, oid);
  const sheet = sheetFor(context, order, { ...format, center });
  const isDiv = format.format === 'div';
  return {
    css_links: isDiv ? [`${await publicUrl()}${sheetStylesPath}`] : [],
    formatted_result: formattedText(sheet, format),
    warnings: warningsOf(format),
  };
}

function formattedText(sheet: Sheet, { format, email_as_link }: OrderFormat): string {
  const hasLinks = email_as_link === true;
  switch (format) {
    case 'text':
      return sheetText(sheet);
    case 'div':
      return sheetDivs(sheet, hasLinks);
    default:
      return sheetTable(sheet, { isMail: format === 'email', hasLinks });
  }
}

function warningsOf(format: OrderFormat): string[] {
  const container = 'filter_to_items_in_container_oid';
  const phones = 'use_phone_number_web_component';
  return [
    ...(format.translate === true ? ['translate: the result is in English.'] : []),
    ...(format[phones] === true ? [`${phones}: phone numbers are plain text.`] : []),
    ...(format[container] == null
      ? []
      : [`${container}: this server keeps no containers, so all items are shown.`]),
  ];
}

async function centerWithOid(context: Context, oid: number): Promise<string> {
  const centers = await getCenters(context);
  const center = centers.find(({ distribution_center_oid }) => distribution_center_oid === oid);
  return (
    center?.code ??
    refuse('invalid_field', {
      field: 'filter_distribution_center_oid',
      reason: `${oid} is not the oid of a distribution center`,
      fix: 'Send an oid that GET /rest/v2/fulfillment/distribution_centers returns',
    })
  );
}

/** A PDF as base 64, with sentences for the client. */
export interface PrintedSheet {
  readonly pdf: string;
  readonly warnings: readonly string[];
}

/** Prints the invoice of an order (current API, generateInvoice). */
export async function generateInvoice(context: Context, orderId: string): Promise<PrintedSheet> {
  const order = await readOrder(context, orderId);
  const wishes = {
    context: 'invoice',
    show_contact_info: true,
    show_non_sensitive_payment_info: true,
  };
  return printed(sheetFor(context, order, wishes));
}

/**
 * Prints the packing slip of an order, for all distribution centers or for one (current API,
 * generatePackingSlipAllDC, generatePackingSlipSpecificDC). Refuses an order of which nothing
 * ships.
 */
export async function generatePackingSlip(
  context: Context,
  orderId: string,
  centerCode?: string,
): Promise<PrintedSheet> {
  const order = await readOrder(context, orderId);
  const center = centerCode === undefined ? undefined : upperCode(centerCode).trim();
  const sheet = sheetFor(context, order, {
    context: 'packing slip',
    hide_price_information: true,
    hide_bill_to_address: true,
    isByCenter: true,
    center,
  });
  if (sheet.tables.length === 0) await refuseEmpty(context, order, center);
  return printed(sheet);
}

async function refuseEmpty(
  { db }: Context,
  { merchantId, orderId }: OrderRecord,
  center: string | undefined,
): Promise<never> {
  const isKnown =
    center === undefined ||
    center === defaultCenter ||
    (await findCenter(db, merchantId, center)) !== undefined;
  if (!isKnown) return refuse('not_found', { what: 'distribution center', id: center });
  const from = center === undefined ? '' : ` from distribution center ${center}`;
  return refuse(
    'state_conflict',
    {
      reason: `Nothing of order ${orderId} ships${from}`,
      fix:
        center === undefined
          ? 'Print its invoice instead'
          : `Send the code of the center that ships a line; ${defaultCenter} ships those that name none`,
    },
    { objectId: orderId },
  );
}

const printed = (sheet: Sheet): PrintedSheet => ({
  pdf: sheetPdf(sheet).toString('base64'),
  warnings: isPrintableSheet(sheet)
    ? []
    : [
        'The PDF has only the characters of Windows-1252. It shows other letters without their ' +
          'marks, and a question mark where there is no such letter.',
      ],
});

const readOrder = async (
  { db, merchant: { merchantId } }: Context,
  orderId: string,
): Promise<OrderRecord> => (await findOrder(db, merchantId, orderId)) ?? noOrder(orderId);

const sheetFor = (
  { merchant: { name, timeZone, currency } }: Context,
  order: OrderRecord,
  wishes: SheetWishes,
): Sheet =>
  sheetOf(
    {
      document: { ...order.document, order_id: order.orderId },
      placed: order.createdAt
        .toZonedDateTimeISO(timeZone)
        .toPlainDate()
        .toLocaleString('en-US', { year: 'numeric', month: 'long', day: 'numeric' }),
      merchantName: name,
      currency,
    },
    wishes,
  );
