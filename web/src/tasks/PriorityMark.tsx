import type { WorkflowTask } from '@perennial/contract/workflow.ts';
import { priorities, priorityWord } from './list.ts';
import classes from './tasks.module.css';

/** A priority as one to four bars; its name is the tooltip and is read to screen readers. */
export function PriorityMark({ priority }: { readonly priority: WorkflowTask['priority'] }) {
  const level = priorities.indexOf(priority ?? '2 - medium') + 1;
  const word = priorityWord(priorities[level - 1]!);
  return (
    <span className={classes['mark']} data-level={level} title={`${word} priority`}>
      <svg width="14" height="12" viewBox="0 0 14 12" aria-hidden="true">
        {priorities.map((each, index) => (
          <rect
            key={each}
            x={index * 3.6}
            y={9 - index * 3}
            width="2.6"
            height={3 + index * 3}
            opacity={index < level ? 1 : 0.22}
          />
        ))}
      </svg>
      <span className="visually-hidden">{word} priority. </span>
    </span>
  );
}
