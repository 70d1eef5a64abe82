import assert from 'node:assert/strict';
import type { TestApp } from '../support/app.ts';
import { addColleague, addGroup, addTask, ask, changeTask } from '../support/workflow.ts';

const takerCount = 50;

/**
 * Lets fifty members of a group take one task of the group at once, `rounds` times. One succeeds,
 * and all others are refused.
 */
export async function oneTakerWins(app: TestApp, rounds: number): Promise<void> {
  const takers = await Promise.all(
    Array.from({ length: takerCount }, (_, i) => addColleague(app, `Taker ${i}`)),
  );
  const group = await addGroup(app, 'Takers', takers);
  for (let round = 0; round < rounds; round++) {
    const { workflow_task_uuid: id } = await addTask(app, {
      task_name: `Prize ${round}`,
      assigned_to_group_id: group,
    });
    const answers = await Promise.all(
      takers.map(({ userId, key }) => changeTask(app, id, { assigned_to_user_id: userId }, key)),
    );
    assert.deepEqual(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [200, ...Array<number>(takerCount - 1).fill(400)],
    );
    const winner = answers.find(({ status }) => status === 200)!.body.task.assigned_to_user_id;
    assert.equal(
      (await ask(app, { operation: 'getWorkflowTask', params: { task_uuid: id } })).task
        .assigned_to_user_id,
      winner,
    );
  }
}
