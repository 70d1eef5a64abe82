// Stories of an original order that is rejected or held: its auto order is not billed.
import assert from 'node:assert/strict';
import { story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];

for (const stage of ['Hold', 'Fraud Review', 'Rejected'] as const) {
  story(
    `an original order in ${stage}: nothing is billed until it is released`,
    { on: '2026-01-15T10:00' },
    async (shop) => {
      await shop.sells(coffee);
      const ann = await shop.order(monthly, {
        channel_partner: { store_completed: false },
      });
      const { original_order_id: orderId } = await ann.read();
      const move = (current_stage: string) =>
        ann.ask({
          operation: 'updateOrder',
          params: { order_id: orderId! },
          body: { current_stage },
        });
      await move(stage);
      // The request to rebill is refused, and the next date of the auto order stays the same.
      const asked = await ann.ask({
        operation: 'attemptAutoOrderRebill',
        params: { auto_order_oid: ann.oid },
      });
      assert.equal(asked.rebill_attempted, false);
      assert.deepEqual((await ann.ask({ operation: 'getAudit' })).differences, []);
      await shop.until('2026-02-20T00:00');
      assert.equal((await ann.bills()).length, 0);
      assert.match(
        (await ann.read()).failure_reason ?? '',
        new RegExp(`${orderId} is in the stage ${stage}`),
      );
      if (stage === 'Rejected') await move('Accounts Receivable');
      await move('Shipping Department');
      await shop.until('2026-02-20T01:00');
      assert.equal((await ann.bills()).length, 1);
      assert.equal((await ann.read()).failure_reason, undefined);
    },
  );
}
