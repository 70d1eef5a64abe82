// Tests the parts of the catalogue besides its items: batches, stock, tiers, the digital library,
// reviews.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';

const app = await testApp();

async function ask<Id extends OperationId>(request: TestRequest<Id>, status = 200) {
  const answer = await app.request(request);
  assert.equal(answer.status, status, answer.text);
  return answer.body;
}

const insert = async (merchant_item_id: string, more: object = {}): Promise<number> =>
  (
    await ask({
      operation: 'insertItem',
      body: { merchant_item_id, pricing: { cost: 10 }, ...more },
    })
  ).item.merchant_item_oid;

const box = await insert('BOX');
const mug = await insert('MUG');

describe('a batch of updates', () => {
  test('names the element that is refused, and updates the others', async () => {
    const { status, body } = await app.request({
      operation: 'updateItems',
      query: { _expand: 'pricing' },
      body: {
        items: [
          { merchant_item_oid: box, pricing: { cost: 12.99 } },
          { merchant_item_oid: mug, pricing: { cost: -1 } },
          { merchant_item_id: 'mug', description: 'Mug' },
          { merchant_item_oid: 999_999 },
          { description: 'whose?' },
        ],
      },
    });
    assert.equal(status, 200);
    assert.equal(body.success, false);
    assert.deepEqual(
      body.items.map((item: { merchant_item_id: string }) => item.merchant_item_id),
      ['BOX', 'MUG'],
    );
    assert.equal(body.items[0].pricing.cost, 12.99);
    assert.equal(body.error.object_id, `${mug},999999,items[4]`);
    assert.match(body.error.developer_message, /pricing\.cost is negative/);
    assert.match(body.error.developer_message, /items\[4\]\.merchant_item_oid is missing/);
  });

  test('later: without a body when all succeeded', async () => {
    const items = [{ merchant_item_oid: box, description: 'Box' }];
    const query = { _async: true };
    await ask({ operation: 'updateItems', query, body: { items } }, 204);
    const { item } = await ask({ operation: 'getItem', params: { merchant_item_oid: box } });
    assert.equal(item.description, 'Box');
  });
});

test('an inventory snapshot shows what is in stock and what is available', async () => {
  await insert('LAMP', {
    shipping: {
      track_inventory: true,
      distribution_centers: [
        { distribution_center_code: 'EAST', inventory_level: 7, allocated_to_placed_orders: 2 },
        { distribution_center_code: 'WEST', inventory_level: 5, available_to_allocate: 1 },
      ],
    },
  });
  const { inventories } = await ask({ operation: 'getInventorySnapshot' });
  assert.deepEqual(inventories, [
    {
      merchant_item_id: 'LAMP',
      quantity: 12,
      allocated_to_placed_orders: 2,
      allocated_to_shopping_carts: 0,
      available_to_allocate: 6,
      distribution_centers: [
        { code: 'EAST', quantity: 7, allocated_to_placed_orders: 2, ...carts, ...available(5) },
        { code: 'WEST', quantity: 5, allocated_to_placed_orders: 0, ...carts, ...available(1) },
      ],
    },
  ]);
});
const carts = { allocated_to_shopping_carts: 0 };
const available = (pieces: number) => ({ available_to_allocate: pieces });

test('reviews belong to their item; approved ones make its figures', async () => {
  const params = { merchant_item_oid: box };
  const review = { title: 'Best', overall: 5, rating_name1: 'Price', rating_score1: 3.5 };
  const first = await ask({ operation: 'insertReview', params, body: review });
  assert.equal(first.review.status, 'unapproved');
  assert.equal(first.review.submitted_dts, '2026-01-15T12:00:00-05:00');
  const own = { ...params, review_oid: first.review.review_oid };
  const approved = await ask({
    operation: 'updateReview',
    params: own,
    body: { ...first.review, status: 'approved' },
  });
  assert.deepEqual(approved.review, { ...first.review, status: 'approved' });
  await ask({ operation: 'insertReview', params, body: { overall: 4, status: 'approved' } });
  await ask({ operation: 'insertReview', params, body: { overall: 1, status: 'rejected' } });
  assert.equal((await ask({ operation: 'getReviews', params })).reviews.length, 3);
  assert.deepEqual(await ask({ operation: 'getReviews', params: { merchant_item_oid: mug } }), {
    success: true,
    metadata: { payload_name: 'reviews' },
    reviews: [],
  });

  const query = { _expand: 'reviews.individual_reviews' };
  const { item } = await ask({ operation: 'getItem', params, query });
  const { individual_reviews, ...figures } = item.reviews;
  assert.deepEqual(figures, {
    has_review: true,
    has_approved_review: true,
    review_count: 2,
    review_overall: 4.5,
  });
  assert.equal(individual_reviews.length, 3);
  // A client that sends back what it read gets no warning about the calculated figures.
  const back = await ask({ operation: 'updateItem', params, body: item });
  assert.equal(back.warning, undefined);

  await ask({ operation: 'deleteReview', params: own }, 204);
  await ask({ operation: 'getReview', params: own }, 404);
  const ofOther = { merchant_item_oid: mug, review_oid: first.review.review_oid };
  await ask({ operation: 'deleteReview', params: ofOther }, 404);
  const { error } = await ask({ operation: 'insertReview', params, body: { overall: 6 } }, 400);
  assert.match(error.user_message, /^overall is not a valid score/);
});

test('the digital library stores the data of files', async () => {
  const body = { description: 'Guide', external_id: 'g-1', mime_type: 'application/pdf' };
  const { digital_item, warning } = await ask({
    operation: 'insertDigitalItem',
    body: { ...body, import_from_url: 'https://example.com/guide.pdf' },
  });
  assert.match(warning.warning_message, /import_from_url/);
  const { digital_item_oid: oid } = digital_item;
  const params = { digital_item_oid: oid };
  const creation_dts = '2026-01-15T12:00:00-05:00';
  assert.deepEqual(digital_item, { ...body, digital_item_oid: oid, creation_dts });
  const changed = { description: 'Guide, second edition' };
  const updated = await ask({ operation: 'updateDigitalItem', params, body: changed });
  assert.deepEqual(updated.digital_item, { ...digital_item, ...changed });
  assert.equal(updated.warning, undefined);
  const external = { external_id: 'g-1' };
  const found = await ask({ operation: 'getDigitalItemsByExternalId', params: external });
  assert.deepEqual(found.digital_items, [updated.digital_item]);

  const other = await ask({ operation: 'insertDigitalItem', body: { original_filename: 'a.mp3' } });
  const delivery = { digital_delivery: { digital_items: [{ digital_item_oid: oid }] } };
  await ask({ operation: 'updateItem', params: { merchant_item_oid: mug }, body: delivery });
  const free = await ask({ operation: 'getUnassociatedDigitalItems' });
  assert.deepEqual(free.digital_items, [other.digital_item]);
  const sorted = await ask({
    operation: 'getDigitalItems',
    query: { _sort: '-digital_item_oid', _limit: 1 },
  });
  assert.equal(sorted.digital_items[0].digital_item_oid, other.digital_item.digital_item_oid);
  assert.equal(sorted.metadata.result_set.total_records, 2);
  await ask({ operation: 'deleteDigitalItem', params }, 204);
  await ask({ operation: 'getDigitalItem', params }, 404);
});

test('pricing tiers have unique names', async () => {
  const body = { name: 'Wholesale', default_percentage_discount: 20, tax_exempt: true };
  const { pricing_tier } = await ask({ operation: 'insertPricingTier', body });
  const params = { pricing_tier_oid: pricing_tier.pricing_tier_oid };
  await ask({ operation: 'insertPricingTier', body: { name: ' wholesale' } }, 400);
  const retail = await ask({ operation: 'insertPricingTier', body: { name: 'Retail' } });
  await ask({ operation: 'updatePricingTier', params, body: { name: 'RETAIL' } }, 400);
  await ask({ operation: 'updatePricingTier', params, body: { tax_exempt: null } });
  const { pricingTiers } = await ask({ operation: 'getPricingTiers' });
  const { tax_exempt: _, ...rest } = pricing_tier;
  assert.deepEqual(pricingTiers, [rest, retail.pricing_tier]);
  const faults = [{ default_percentage_discount: 101 }, { minimum_subtotal: -1 }, { name: '' }];
  for (const fault of faults)
    await ask({ operation: 'updatePricingTier', params, body: fault }, 400);
  await ask({ operation: 'deletePricingTier', params }, 204);
  await ask({ operation: 'deletePricingTier', params }, 404);
});

test('an attribute of the content is replaced by its name', async () => {
  const params = { merchant_item_oid: mug };
  const set = (name: string, value: string) =>
    ask(
      {
        operation: 'insertUpdateItemContentAttribute',
        params,
        body: { name, value, type: 'string' },
      },
      204,
    );
  await set('storefrontSEOTitle', 'Mug');
  await set('storefrontSEOKeywords', 'mug,cup');
  await set('storefrontSEOTitle', 'A mug');
  const query = { _expand: 'content.attributes' };
  const { item } = await ask({ operation: 'getItem', params, query });
  assert.deepEqual(item.content.attributes, [
    { name: 'storefrontSEOTitle', value: 'A mug', type: 'string' },
    { name: 'storefrontSEOKeywords', value: 'mug,cup', type: 'string' },
  ]);
});

test('a deleted item is gone with its reviews, and its event shows it', async () => {
  const oid = await insert('OLD', { description: 'Old' });
  const params = { merchant_item_oid: oid };
  await ask({ operation: 'insertReview', params, body: { overall: 3 } });
  await ask({ operation: 'deleteItem', params }, 204);
  await ask({ operation: 'getItem', params }, 404);
  await ask({ operation: 'getReviews', params }, 404);
  await ask({ operation: 'deleteItem', params }, 404);
  const events = await app.db.rows<{ name: string; data: object }>(
    `select name, data from event where merchant_id = 'TEST' and object_type = 'item'
       and object_id = $1 order by event_id`,
    [String(oid)],
  );
  assert.deepEqual(events.at(-1), { name: 'item_delete', data: { itemId: 'OLD' } });
});
